//! A certificate authority of this run, and a certificate of it for Discord's names: a client that trusts the one and
//! takes `discord.com` for the loopback talks to the twin without knowing.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Every name Discord's libraries ask for.
const NAMES: &[&str] = &[
    "discord.com",
    "*.discord.com",
    "discord.gg",
    "*.discord.gg",
    "discordapp.com",
    "*.discordapp.com",
    "localhost",
    "127.0.0.1",
];

/// Makes both, writes the authority's certificate to `ca`, and gives what a listener needs.
pub fn make(ca: &Path) -> io::Result<Arc<ServerConfig>> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, "discord-twin's own authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let authority = params.self_signed(&key).map_err(io::Error::other)?;
    std::fs::write(ca, authority.pem())?;

    let own_key = KeyPair::generate().map_err(io::Error::other)?;
    let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let own = CertificateParams::new(names).map_err(io::Error::other)?;
    let own = own.signed_by(&own_key, &Issuer::new(params, key)).map_err(io::Error::other)?;
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], secret)
        .map_err(io::Error::other)?;
    Ok(Arc::new(config))
}
