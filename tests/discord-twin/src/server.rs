//! The sockets: plain http for REST, gateway and control, https for libraries that insist on it. One connection is one
//! task; a fault that cuts a connection ends that task without an answer.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, WebSocketUpgrade};
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::gateway::socket;
use crate::{Shared, control, rest};

/// The largest body that is read: more than any upload a test needs.
const LARGEST_BODY: usize = 32 << 20;

/// The request must not be answered: its connection is cut.
#[derive(Debug)]
pub struct Cut;

/// Takes connections until the task is dropped, and ends with them.
pub async fn listen(listener: TcpListener, shared: Shared, tls: Option<Arc<ServerConfig>>) {
    let acceptor = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        // Nothing is left but to try again when the system has no socket to give.
        let Ok((stream, _)) = accepted else { continue };
        // Small answers must not wait for company.
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        let acceptor = acceptor.clone();
        connections.spawn(async move {
            match acceptor {
                None => connection(stream, shared).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn connection(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shared: Shared) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let shared = shared.clone();
        async move {
            let answered = answer(shared, request.map(Body::new)).await;
            answered.map_err(|Cut| io::Error::from(io::ErrorKind::ConnectionReset))
        }
    });
    // How a connection ends is the client's business, or the fault's that cut it.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(io), service).with_upgrades().await;
}

async fn answer(shared: Shared, request: Request<Body>) -> Result<Response<Body>, Cut> {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    if path == "/gateway" {
        return Ok(gateway(shared, request).await);
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return Ok(reply(413, Some(&json!({"message": "Request entity too large", "code": 40005})), &[]));
    };
    if let Some(rest) = path.strip_prefix("/twin") {
        let (status, body) = control::serve(&shared, parts.method.as_str(), rest, parts.uri.query(), &bytes).await;
        return Ok(reply(status, Some(&body), &[]));
    }
    rest::serve(&shared, parts, &path, bytes).await
}

/// A whole answer in JSON; 204 has no body.
pub fn reply(status: u16, body: Option<&Value>, headers: &[(&'static str, String)]) -> Response<Body> {
    let mut builder = Response::builder().status(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
    // What stands before Discord says this. discord.py takes a 429 without it for a ban by Cloudflare and does not wait.
    if !headers.iter().any(|(name, _)| *name == "cf-ray") {
        builder = builder.header("via", "1.1 google");
    }
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    let bytes = match body {
        Some(body) => {
            builder = builder.header("content-type", "application/json");
            Bytes::from(body.to_string())
        }
        None => Bytes::new(),
    };
    builder.body(Body::from(bytes)).unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

async fn gateway(shared: Shared, request: Request<Body>) -> Response<Body> {
    if shared.lock().faults.refuse {
        return reply(503, Some(&json!({"message": "503: Service Unavailable", "code": 0})), &[]);
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(move |websocket| socket::converse(shared, websocket, query)),
        Err(refused) => refused.into_response(),
    }
}
