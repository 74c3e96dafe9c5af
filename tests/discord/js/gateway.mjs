// What discord-api-types knows about the gateway, as JSON Schema: ts-json-schema-generator reads its TypeScript, ajv judges.
// The schemas take no field they do not name. They are made once for each release and kept in the folder of the packages.

import fs from "node:fs";
import path from "node:path";

import { closest } from "./http.mjs";
import { fileOf, folder, load } from "./packages.mjs";

const NUMBER = "^(0|[1-9][0-9]*)$";
// A payload with one of these codes and no name: what the gateway says, and what a bot says.
const SAID = {
    1: "GatewayHeartbeatRequest",
    7: "GatewayReconnect",
    9: "GatewayInvalidSession",
    10: "GatewayHello",
    11: "GatewayHeartbeatAck",
};
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
        const file = path.join(types, "gateway/v10.d.ts");
        const generator = createGenerator({ path: file, skipTypeCheck: true, expose: "all", jsDoc: "none", encodeRefs: false });
        const made = {
            twin: generator.createSchema("GatewayReceivePayload"),
            bot: generator.createSchema("GatewaySendPayload"),
        };
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
        const wrong = check(payload) ? [] : explain(definitions, { $ref: `#/definitions/${name}` }, payload);
        return { name: payload.op === 0 ? payload.t : name, wrong };
    };
}

// Flags are sums of what the types list one by one. Ids and permissions are numbers in quotes, which TypeScript cannot say.
function tighten(name, schema) {
    if (/Flags$/.test(name) && schema.type === "number") {
        delete schema.enum;
        delete schema.const;
        schema.type = "integer";
    }
    if (name === "Snowflake" || name === "Permissions") schema.pattern = NUMBER;
}

// The name of the schema of each event, by what its "t" must be.
function byEvent(definitions) {
    const events = new Map();
    const collect = ($ref) => {
        const schema = resolved(definitions, { $ref });
        if (schema.anyOf) return schema.anyOf.forEach((one) => collect(one.$ref));
        const t = resolved(definitions, schema.properties.t);
        for (const event of t.enum ?? [t.const]) events.set(event, $ref.replace("#/definitions/", ""));
    };
    if (definitions.GatewayDispatchPayload) collect("#/definitions/GatewayDispatchPayload");
    return events;
}

const resolved = (definitions, schema) =>
    schema?.$ref ? resolved(definitions, definitions[schema.$ref.replace("#/definitions/", "")]) : schema;

// ajv judges; this says what it is about, in the form of http.mjs. Of a union it says what is wrong with the branch that was
// meant.
function explain(definitions, wanted, value, at = []) {
    const schema = resolved(definitions, wanted);
    const here = (what, off = 1) => [{ at, what, off }];
    const into = (one, of, key) => explain(definitions, one, of, [...at, key]);
    if (schema.anyOf) return closest(schema.anyOf.map((one) => explain(definitions, one, value, at)));
    if (schema.not) return value === undefined ? [] : here("is there, and must not be");
    const types = [schema.type ?? []].flat();
    const shown = JSON.stringify(value);
    if (types.length && !types.some((type) => isA(type, value))) return here(`is ${shown}, not ${types.join(" or ")}`);
    const allowed = schema.enum ?? ("const" in schema ? [schema.const] : undefined);
    if (allowed && !allowed.includes(value)) return here(`is ${shown}, none of ${allowed.join(", ")}`);
    const like = typeof value === "string" && schema.pattern;
    if (like && !new RegExp(like).test(value)) return here(`is ${shown}, not like ${like}`);
    if (Array.isArray(value) && isA("object", schema.items)) return value.flatMap((one, i) => into(schema.items, one, i));
    if (!isA("object", value) || !schema.properties) return [];
    const { properties, required = [], additionalProperties: more } = schema;
    const missing = required.filter((key) => !(key in value)).map((key) => ({ at: [...at, key], what: "is missing", off: 0 }));
    const fields = Object.entries(value).flatMap(([key, one]) => {
        if (properties[key]) return into(properties[key], one, key);
        if (typeof more === "object") return into(more, one, key);
        return more === false ? [{ at: [...at, key], what: "is described nowhere", undescribed: true, off: 0 }] : [];
    });
    return [...missing, ...fields];
}

function isA(type, value) {
    if (type === "null") return value === null;
    if (type === "array") return Array.isArray(value);
    if (type === "integer") return Number.isInteger(value);
    if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
    return typeof value === type;
}
