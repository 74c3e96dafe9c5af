"""Cross-signing against a homeserver's own API: a person's keys that vouch for their devices, and the question whether
a device is vouched for.

matrix-nio makes no such keys, and what the bot does about devices nobody vouches for is among the things tested. Nothing
here takes another's word: a signature that the homeserver shows is verified.
"""

import dataclasses

from canonicaljson import encode_canonical_json
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from unpaddedbase64 import decode_base64, encode_base64

from homeserver import Refused, call

UPLOAD = "/_matrix/client/v3/keys/device_signing/upload"
UPLOAD_SIGNATURES = "/_matrix/client/v3/keys/signatures/upload"
QUERY = "/_matrix/client/v3/keys/query"


@dataclasses.dataclass(frozen=True)
class Identity:
    """A person's three keys. Their devices come and go; this stays."""

    user: str
    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    def vouch_for(self, url, token, device):
        """Signs one of the person's own devices, as the homeserver knows it."""
        keys = call(url, QUERY, {"device_keys": {self.user: [device]}}, token)["device_keys"][self.user][device]
        _upload(url, token, {self.user: {device: _signed(keys, self.user, self.self_signing)}})

    def vouch_for_person(self, url, token, other):
        """Signs somebody else's master key, as one does after comparing emoji with them."""
        master = call(url, QUERY, {"device_keys": {other: []}}, token)["master_keys"][other]
        (key,) = master["keys"].values()
        _upload(url, token, {other: {key: _signed(master, self.user, self.user_signing)}})


def begin(url, token, user, password):
    """Makes a person's keys and uploads them. Whoever had some before has new ones then, and must give the password."""
    identity = Identity(user, SigningKey.generate(), SigningKey.generate(), SigningKey.generate())
    keys = {"master_key": _described(user, "master", identity.master)}
    for usage, key in (("self_signing", identity.self_signing), ("user_signing", identity.user_signing)):
        keys[f"{usage}_key"] = _signed(_described(user, usage, key), user, identity.master)
    try:
        call(url, UPLOAD, keys, token)
    except Refused as refused:
        if refused.status != 401 or "session" not in refused.content:
            raise
        who = {"type": "m.id.user", "user": user}
        auth = {"type": "m.login.password", "identifier": who, "password": password, "session": refused.content["session"]}
        call(url, UPLOAD, {**keys, "auth": auth}, token)
    return identity


def devices(url, token, user):
    """The devices of a user that have keys, as the homeserver shows them to somebody else."""
    return sorted(call(url, QUERY, {"device_keys": {user: []}}, token)["device_keys"].get(user, {}))


def cross_signed(url, token, user, device):
    """Does this user's own identity vouch for the device, by what the homeserver shows to the owner of the token?"""
    shown = call(url, QUERY, {"device_keys": {user: []}}, token)
    keys = shown["device_keys"].get(user, {}).get(device)
    master = shown.get("master_keys", {}).get(user)
    self_signing = shown.get("self_signing_keys", {}).get(user)
    if not (keys and master and self_signing):
        return False
    if master.get("usage") != ["master"] or self_signing.get("usage") != ["self_signing"]:
        return False
    own = keys["keys"].get(f"ed25519:{device}")
    return (
        keys["user_id"] == user
        and keys["device_id"] == device
        and _verified(keys, user, device, own)
        and _verified(self_signing, user, *_only_key(master))
        and _verified(keys, user, *_only_key(self_signing))
    )


def _only_key(described):
    ((name, key),) = described["keys"].items()
    return name.removeprefix("ed25519:"), key


def _public(key):
    return encode_base64(key.verify_key.encode())


def _described(user, usage, key):
    return {"user_id": user, "usage": [usage], "keys": {f"ed25519:{_public(key)}": _public(key)}}


def _bytes_to_sign(described):
    return encode_canonical_json({name: value for name, value in described.items() if name not in ("signatures", "unsigned")})


def _signed(described, user, key):
    """The same with this one signature, and without those of others, which are the homeserver's already."""
    kept = {name: value for name, value in described.items() if name not in ("signatures", "unsigned")}
    signature = encode_base64(key.sign(_bytes_to_sign(described)).signature)
    return {**kept, "signatures": {user: {f"ed25519:{_public(key)}": signature}}}


def _verified(described, user, key_id, key):
    signature = described.get("signatures", {}).get(user, {}).get(f"ed25519:{key_id}")
    if not (signature and key):
        return False
    try:
        VerifyKey(decode_base64(key)).verify(_bytes_to_sign(described), decode_base64(signature))
        return True
    except BadSignatureError:
        return False


def _upload(url, token, signatures):
    failures = call(url, UPLOAD_SIGNATURES, signatures, token).get("failures")
    if failures:
        raise RuntimeError(f"the homeserver refused a signature: {failures}")
