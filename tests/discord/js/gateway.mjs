// What discord-api-types knows about the gateway, as JSON Schema: ts-json-schema-generator reads its TypeScript, ajv judges. The
// schemas take no field they do not name. They are made once for each release and kept in the folder of the packages.

import fs from "node:fs";
import path from "node:path";

import { fileOf, folder, load } from "./packages.mjs";

const NUMBER = "^(0|[1-9][0-9]*)$";
// A payload with one of these codes and no name: what the gateway says, and what a bot says.
const SAID = { 1: "GatewayHeartbeatRequest", 7: "GatewayReconnect", 9: "GatewayInvalidSession", 10: "GatewayHello", 11: "GatewayHeartbeatAck" };
const HEARD = {
    1: "GatewayHeartbeat",
    2: "GatewayIdentify",
    3: "GatewayUpdatePresence",
    4: "GatewayVoiceStateUpdate",
    6: "GatewayResume",
    8: "GatewayRequestGuildMembers",
};

export async function readGateway() {
    const Ajv = (await load("ajv")).default;
    const { twin, bot } = await schemas();
    return { twin: judge(Ajv, twin, SAID), bot: judge(Ajv, bot, HEARD) };
}

async function schemas() {
    const types = path.dirname(fileOf("discord-api-types/v10"));
    const { version } = JSON.parse(fs.readFileSync(path.join(types, "package.json"), "utf8"));
    const kept = path.join(folder, `gateway-${version}.json`);
    if (!fs.existsSync(kept)) {
        const { createGenerator } = await load("ts-json-schema-generator");
        const from = { path: path.join(types, "gateway/v10.d.ts"), skipTypeCheck: true, expose: "all", jsDoc: "none", encodeRefs: false };
        const generator = createGenerator(from);
        const made = { twin: generator.createSchema("GatewayReceivePayload"), bot: generator.createSchema("GatewaySendPayload") };
        fs.writeFileSync(`${kept}.new`, JSON.stringify(made));
        fs.renameSync(`${kept}.new`, kept);
    }
    return JSON.parse(fs.readFileSync(kept, "utf8"));
}

// Judges payloads of one side; says the name of the schema it took, or nothing if there is none.
function judge(Ajv, schema, codes) {
    const { definitions } = schema;
    for (const [name, one] of Object.entries(definitions)) tighten(name, one);
    const events = byEvent(definitions);
    const ajv = new Ajv({ allErrors: true, strict: false, schemas: [{ $id: "gateway", definitions }] });
    return (payload) => {
        const name = payload.op === 0 ? events.get(payload.t) : definitions[codes[payload.op]] && codes[payload.op];
        if (!name) return { name: undefined, wrong: [] };
        const check = ajv.getSchema(`gateway#/definitions/${name}`);
        return { name: payload.op === 0 ? payload.t : name, wrong: check(payload) ? [] : complaints(check.errors) };
    };
}

// Flags are sums of what the types list one by one. Ids and permissions are numbers in quotes, which TypeScript cannot say.
function tighten(name, schema) {
    if (/Flags$/.test(name) && schema.type === "number") {
        delete schema.enum;
        schema.type = "integer";
    }
    if (name === "Snowflake" || name === "Permissions") schema.pattern = NUMBER;
}

// The name of the schema of each event, by what its "t" must be.
function byEvent(definitions) {
    const resolved = (schema) => (schema?.$ref ? resolved(definitions[schema.$ref.replace("#/definitions/", "")]) : schema);
    const events = new Map();
    const collect = ($ref) => {
        const schema = resolved({ $ref });
        if (schema.anyOf) return schema.anyOf.forEach((one) => collect(one.$ref));
        const t = resolved(schema.properties.t);
        for (const event of t.enum ?? [t.const]) events.set(event, $ref.replace("#/definitions/", ""));
    };
    if (definitions.GatewayDispatchPayload) collect("#/definitions/GatewayDispatchPayload");
    return events;
}

// Of what ajv says about all branches of a union, what it says about the place furthest in: that branch was meant.
function complaints(errors) {
    const real = errors.filter((one) => !["anyOf", "if", "oneOf"].includes(one.keyword));
    const depth = (one) => one.instancePath.split("/").length;
    const deepest = Math.max(...real.map(depth));
    const said = (one) => `${one.instancePath.slice(1).replaceAll("/", ".")}: ${one.message} ${detail(one.params)}`;
    return [...new Set(real.filter((one) => depth(one) === deepest).map(said))].slice(0, 6);
}

const detail = ({ additionalProperty, allowedValue, allowedValues }) =>
    [additionalProperty, allowedValue, allowedValues].filter((one) => one !== undefined).map(String).join(" ");
