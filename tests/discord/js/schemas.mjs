// Holds a record of the stand-in's traffic to what Discord publishes about itself: every HTTP body both ways to discord-api-spec,
// every payload of the gateway both ways to discord-api-types. It knows nothing about the stand-in but the form of its record.
//
//     node schemas.mjs RECORD…
//
// Prints one line of JSON: {"held": {schema: how many}, "without": {name: how many}, "wrong": [{"where", "schema", "what"}]}.

import fs from "node:fs";

import { readGateway } from "./gateway.mjs";
import { issuesOf, readSpec, routeOf, typeOf } from "./http.mjs";

const [spec, gateway] = await Promise.all([readSpec(), readGateway()]);

const found = { held: {}, without: {}, wrong: [] };
const count = (of, name) => (of[name] = (of[name] ?? 0) + 1);

for (const file of process.argv.slice(2)) {
    for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
        const said = JSON.parse(line);
        if (said.side === "gateway") heldByGateway(said);
        else heldByHttp(said);
    }
}
process.stdout.write(`${JSON.stringify(found)}\n`);

function heldByGateway({ from, body }) {
    // The end of a connection is no payload.
    if (body.close) return;
    const { name, wrong } = gateway[from](body);
    if (!name) return count(found.without, `gateway, ${from}: op ${body.op} ${body.t ?? ""}`.trim());
    count(found.held, `gateway, ${from}: ${name}`);
    for (const what of wrong) found.wrong.push({ where: `gateway, from the ${from}`, schema: name, what });
}

// What a library sends may have fields that Discord takes and does not describe; what the stand-in says has none.
function heldByHttp({ from, method, path: whole, status, body }) {
    const target = whole.replace(/^\/api(\/v\d+)?/, "");
    const route = routeOf(spec, method.toLowerCase(), target);
    const type = route && typeOf(spec, method.toLowerCase(), route, status ?? undefined);
    const name = `${method} ${route ?? target} ${from === "bot" ? "said" : status}`;
    const empty = body === null || body === undefined;
    if (!type) return empty && route ? undefined : count(found.without, name);
    if (empty && (from === "bot" || status === 204)) return count(found.held, name);
    const schema = from === "bot" ? spec.loose(type) : spec.strict(type);
    const { success, error } = schema.safeParse(body);
    count(found.held, name);
    if (success) return;
    for (const what of issuesOf(error)) found.wrong.push({ where: `HTTP, from the ${from}`, schema: name, what });
}
