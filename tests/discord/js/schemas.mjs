// Holds a record of the stand-in's traffic to what is published about Discord: every HTTP body both ways to discord-api-spec,
// every payload of the gateway both ways to discord-api-types. It knows nothing about the stand-in but the form of its record.
//
//     node schemas.mjs RECORD…
//
// Prints one line of JSON: {"held": {schema: how many}, "without": {name: how many}, "wrong": [{"where", "schema", "what"}],
// "known": {reason in known.mjs: how often it was needed}}.

import fs from "node:fs";

import { readGateway } from "./gateway.mjs";
import { issuesOf, readSpec, routeOf, typeOf } from "./http.mjs";
import { MISTAKEN, UNDESCRIBED } from "./known.mjs";

const [spec, gateway] = await Promise.all([readSpec(), readGateway()]);

const found = { held: {}, without: {}, wrong: [], known: {} };
const count = (of, name) => (of[name] = (of[name] ?? 0) + 1);
for (const one of [...Object.keys(UNDESCRIBED), ...MISTAKEN.map(({ why }) => why)]) found.known[one] = 0;

for (const file of process.argv.slice(2)) {
    // What a bot said wrongly, by method and path, until it is known what the stand-in made of it.
    const asked = new Map();
    for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
        const said = JSON.parse(line);
        if (said.side === "gateway") heldByGateway(said);
        else heldByHttp(said, asked);
    }
}
process.stdout.write(`${JSON.stringify(found)}\n`);

function complain(where, schema, issues) {
    for (const { at, what, undescribed } of issues) {
        const place = at.join(".");
        // Without what is only a number or an id in the path, and from the end: this is how known.mjs names fields.
        const field = `.${at.filter((step) => !/^\d+$/.test(step)).join(".")}`;
        const known = undescribed
            ? Object.keys(UNDESCRIBED).find((end) => (end.includes(".") ? field.endsWith(end) : field === `.${end}`))
            : MISTAKEN.find((one) => one.schema.test(schema) && one.what.test(`${place}: ${what}`))?.why;
        if (known) count(found.known, known);
        else found.wrong.push({ where, schema, what: `${place || "(all of it)"}: ${what}` });
    }
}

function heldByGateway({ from, body }) {
    // The end of a connection is no payload.
    if (body.close) return;
    const { name, wrong } = gateway[from](body);
    if (!name) return count(found.without, `gateway, ${from}: op ${body.op} ${body.t ?? ""}`.trim());
    count(found.held, `gateway, ${from}: ${name}`);
    complain(`gateway, from the ${from}`, name, wrong);
}

function heldByHttp(said, asked) {
    const { from, method, path: whole, body } = said;
    const status = said.status ?? undefined;
    const target = whole.replace(/^\/api(\/v\d+)?/, "");
    const route = routeOf(spec, method.toLowerCase(), target);
    const type = route && typeOf(spec, method.toLowerCase(), route, status);
    const name = `${method} ${route ?? target} ${status ?? "said"}`;
    const empty = body === null || body === undefined;
    const queue = `${method} ${whole}`;
    if (from === "bot") {
        // What a library sends may have fields that Discord takes and does not describe; what the stand-in says has none.
        const wrong = empty || !type ? [] : issuesOf(spec.loose(type).safeParse(body).error ?? { issues: [] });
        asked.set(queue, [...(asked.get(queue) ?? []), { name, wrong }]);
    } else {
        const { name, wrong } = asked.get(queue).shift();
        // A bot may be wrong on purpose; then the stand-in has to say so.
        if (status < 400) complain("HTTP, from the bot, and taken", name, wrong);
    }
    // Nothing can be said about nothing, if the route is one.
    if (empty && from === "bot" && route) return;
    if (!type) return count(found.without, name);
    count(found.held, name);
    if (from === "bot" || (empty && status === 204)) return;
    const { error } = spec.strict(type).safeParse(body);
    if (error) complain("HTTP, from the stand-in", name, issuesOf(error));
}
