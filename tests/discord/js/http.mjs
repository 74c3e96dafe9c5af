// What Discord publishes about the bodies of its HTTP API, as npm's discord-api-spec brings it: which schema belongs to which
// route is read from its TypeScript, what a schema demands is its Zod. Nothing of it is typed here a second time, so that a
// newer release needs no more than a newer pin.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { fileOf, folder, load } from "./packages.mjs";

// Two readings of the same schemas: what is missing or of the wrong kind is found by both, a field that Discord does not
// describe only by the strict one.
export async function readSpec() {
    const build = path.dirname(fileOf("discord-api-spec/zod"));
    const ts = (await load("typescript")).default;
    const z = await load("zod/mini");
    z.config(z.locales.en());
    const { pathsList } = await load("discord-api-spec");
    const routes = readPaths(ts, fs.readFileSync(path.join(build, "discord-api-spec.ts"), "utf8"));
    const zod = fs.readFileSync(path.join(build, "discord-api-spec.zod.js"), "utf8");
    const reading = async (name, strict) => {
        const file = path.join(folder, `spec-${name}.mjs`);
        fs.writeFileSync(file, mended(zod, strict));
        return compiler(ts, z, await import(pathToFileURL(file)), strict);
    };
    return { pathsList, routes, loose: await reading("loose", false), strict: await reading("strict", true) };
}

// What is published says three things that are not so. Its dates refuse the offset that each of Discord's dates has; the codes
// within a form's errors are words (BASE_TYPE_REQUIRED), not numbers; and its switch between strict and not comes too late,
// after the schemas are made.
function mended(source, strict) {
    const swap = (text, from, to) => {
        if (!text.includes(from)) throw new Error(`discord-api-spec no longer says ${from}: does it still need mending?`);
        return text.replaceAll(from, to);
    };
    const dated = swap(source, "z.iso.datetime()", "z.iso.datetime({ offset: true })");
    const worded = swap(
        dated,
        "_errors: /* @__PURE__ */ z.array(/* @__PURE__ */ z.lazy(() => ErrorSchema))",
        "_errors: z.array(zObject({ code: z.string(), message: z.string() }))",
    );
    return strict ? swap(worded, "let zObject = z.object;", "let zObject = z.strictObject;") : worded;
}

// { route: { method: { request, responses: { status: type } } } }, the types still being syntax.
function readPaths(ts, source) {
    const file = ts.createSourceFile("spec.ts", source, ts.ScriptTarget.Latest, true);
    const paths = file.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === "Paths");
    const fields = (node) => Object.fromEntries(node.members.filter((m) => m.name).map((m) => [m.name.text, m.type]));
    const method = (type) => {
        const { requestBody, responses } = fields(type);
        return { request: requestBody, responses: fields(responses) };
    };
    const each = (entries, make) => Object.fromEntries(Object.entries(entries).map(([name, type]) => [name, make(type)]));
    return each(fields(paths), (route) => each(fields(route), method));
}

// Makes a Zod schema of a type as it stands in the TypeScript; a type with a name has a schema of that name.
function compiler(ts, z, named, strict) {
    const object = strict ? z.strictObject : z.object;
    const keyword = {
        [ts.SyntaxKind.StringKeyword]: z.string,
        [ts.SyntaxKind.NumberKeyword]: z.number,
        [ts.SyntaxKind.BooleanKeyword]: z.boolean,
        [ts.SyntaxKind.UnknownKeyword]: z.unknown,
        [ts.SyntaxKind.UndefinedKeyword]: z.undefined,
    };
    const literal = (node) => {
        if (node.kind === ts.SyntaxKind.NullKeyword) return z.null();
        if (node.kind === ts.SyntaxKind.TrueKeyword) return z.literal(true);
        if (node.kind === ts.SyntaxKind.FalseKeyword) return z.literal(false);
        return z.literal(ts.isStringLiteral(node) ? node.text : Number(node.getText()));
    };
    const members = (node) => {
        const index = node.members.find(ts.isIndexSignatureDeclaration);
        if (index) return z.record(z.string(), compile(index.type));
        const field = (m) => [m.name.text, m.questionToken ? z.optional(compile(m.type)) : compile(m.type)];
        return object(Object.fromEntries(node.members.map(field)));
    };
    const compile = (node) => {
        if (keyword[node.kind]) return keyword[node.kind]();
        if (ts.isParenthesizedTypeNode(node)) return compile(node.type);
        if (ts.isArrayTypeNode(node)) return z.array(compile(node.elementType));
        if (ts.isUnionTypeNode(node)) return z.union(node.types.map(compile));
        if (ts.isLiteralTypeNode(node)) return literal(node.literal);
        if (ts.isTypeLiteralNode(node)) return members(node);
        const schema = ts.isTypeReferenceNode(node) && named[`${node.typeName.getText()}Schema`];
        if (!schema) throw new Error(`no schema can be made of ${node.getText()}`);
        return schema;
    };
    const made = new Map();
    return (node) => {
        if (!made.has(node)) made.set(node, compile(node));
        return made.get(node);
    };
}

// The route that a path is one of. What is spelt out wins over what is named: /messages/@original is no message's id.
export function routeOf(spec, method, target) {
    const parts = target.split("?")[0].split("/").map(decodeURIComponent);
    const fits = (route) => {
        const wanted = route.split("/");
        return wanted.length === parts.length && wanted.every((one, i) => one.startsWith("{") || one === parts[i]);
    };
    const holes = (route) => route.split("{").length;
    return (spec.pathsList[method] ?? []).filter(fits).sort((a, b) => holes(a) - holes(b))[0];
}

// The syntax of what may be said there, or nothing, if Discord publishes nothing about it. "none" is an answer without a body.
export function typeOf(spec, method, route, status) {
    const described = spec.routes[route]?.[method];
    if (!described) return undefined;
    if (status === undefined) return described.request;
    return described.responses[status] ?? described.responses[`${String(status)[0]}XX`];
}

// The issues of a Zod error: { at: path, what, undescribed: true for a field that the schema does not know }. Of a union it says
// what is wrong with the branch that was meant.
export function issuesOf(error) {
    const flat = (issues, at) =>
        issues.flatMap((issue) => {
            const here = [...at, ...issue.path];
            if (issue.code === "unrecognized_keys")
                return issue.keys.map((key) => ({ at: [...here, key], what: "is described nowhere", undescribed: true, off: 0 }));
            if (issue.code !== "invalid_union" || !issue.errors?.length) {
                const off = issue.code === "invalid_value" || issue.path.length === 0 ? 1 : 0;
                return [{ at: here, what: issue.message, off }];
            }
            return closest(issue.errors.map((branch) => flat(branch, here)));
        });
    return flat(error.issues, []);
}

// The branch that was meant: the fewest of its constants are wrong, it is of the right kind as a whole, and there are the
// fewest complaints.
export function closest(branches) {
    const off = (branch) => branch.reduce((sum, one) => sum + one.off, 0);
    return branches.sort((a, b) => off(a) - off(b) || a.length - b.length)[0];
}
