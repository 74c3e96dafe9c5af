// A member in tests by another client than matrix-nio: matrix-js-sdk, which Element is made of. It reads along and says
// what it is told to. It decides nothing.
//
// The first line of standard input is JSON: {"url", "user", "password", "welcome": [users], "strict": bool}. A strict
// reader wants nothing from devices that their owners do not vouch for. Each further line is an order, {"n", "order", …},
// answered by a line with the same n. Every event that comes is a line {"event": …}. The folder that holds node_modules is
// named by the environment variable BARNRAISER_TEST_NODE.

import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

// Standard output is for lines of JSON alone.
for (const level of ["debug", "info", "log", "trace"]) console[level] = () => {};
for (const level of ["error", "warn"]) console[level] = (...what) => process.stderr.write(`${what.map(String).join(" ")}\n`);

const installed = createRequire(path.join(process.env.BARNRAISER_TEST_NODE, "package.json"));
const load = (name) => import(pathToFileURL(installed.resolve(name)));

const sdk = await load("matrix-js-sdk");
const { OnlySignedDevicesIsolationMode } = await load("matrix-js-sdk/lib/crypto-api/index.js");

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const wanted = JSON.parse((await lines.next()).value);
const client = await enter(wanted);
const crypto = client.getCrypto();
tell({ entered: client.getUserId(), device: client.getDeviceId() });

const orders = {
    send: async ({ room, kind, content }) => (await client.sendEvent(room, kind, content)).event_id,
    redact: async ({ room, event }) => (await client.redactEvent(room, event)).event_id,
    // Whether this client itself finds that a device is vouched for by its owner. It knows the devices of those with whom
    // it shares an encrypted room.
    vouched: async ({ user, device }) =>
        (await crypto.getDeviceVerificationStatus(user, device))?.signedByOwner ?? false,
};

for await (const line of lines) {
    const { n, order, ...more } = JSON.parse(line);
    try {
        tell({ n, done: await orders[order](more) });
    } catch (error) {
        tell({ n, refused: String(error) });
    }
}
client.stopClient();
process.exit(0);

async function enter({ url, user, password, welcome, strict }) {
    const identifier = { type: "m.id.user", user };
    const login = await sdk
        .createClient({ baseUrl: url })
        .loginRequest({ type: "m.login.password", identifier, password, initial_device_display_name: "reader" });
    const client = sdk.createClient({
        baseUrl: url,
        userId: login.user_id,
        deviceId: login.device_id,
        accessToken: login.access_token,
    });
    await client.initRustCrypto({ useIndexedDB: false });
    const crypto = client.getCrypto();
    if (strict) crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
    client.on(sdk.ClientEvent.Event, (event) => void show(client, event));
    client.on(sdk.MatrixEventEvent.Decrypted, (event) => void show(client, event));
    client.on(sdk.RoomEvent.MyMembership, (room, membership) => {
        const inviter = room.getMember(login.user_id)?.events.member?.getSender();
        if (membership === "invite" && welcome.includes(inviter)) client.joinRoom(room.roomId).catch(console.error);
    });
    const ready = new Promise((resolve) => {
        client.on(sdk.ClientEvent.Sync, (state) => state === "PREPARED" && resolve());
    });
    await client.startClient({ initialSyncLimit: 100 });
    await ready;
    await crypto.bootstrapCrossSigning({
        authUploadDeviceSigningKeys: async (upload) => {
            try {
                await upload(null);
            } catch (refused) {
                await upload({ type: "m.login.password", identifier, password, session: refused.data.session });
            }
        },
    });
    return client;
}

async function show(client, event) {
    if (!event.getRoomId() || !event.getId() || event.isBeingDecrypted()) return;
    const encrypted = event.isEncrypted();
    // One that is not decrypted yet is shown when it is, or when that has failed.
    if (encrypted && event.getType() === "m.room.encrypted" && !event.isDecryptionFailure() && !event.isRedacted()) return;
    const failed = encrypted && event.isDecryptionFailure();
    const shield = encrypted && !failed ? await client.getCrypto().getEncryptionInfoForEvent(event) : null;
    // What replaced a message is an event of its own here; and a relation travels outside what is encrypted.
    const relation = event.getWireContent()["m.relates_to"];
    tell({
        event: {
            room: event.getRoomId(),
            id: event.getId(),
            sender: event.getSender(),
            kind: failed ? "undecryptable" : event.getType(),
            content: failed ? { reason: event.decryptionFailureReason } : { "m.relates_to": relation, ...event.getOriginalContent() },
            state_key: event.getStateKey() ?? null,
            encrypted,
            at: event.getTs(),
            shield: shield?.shieldColour ?? null,
        },
    });
}
