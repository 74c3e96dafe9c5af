// A small honest bot to measure beside: what most people would write with discord.js and better-sqlite3 in an afternoon, and
// nothing done badly on purpose. `/ask` becomes one row, committed durably (WAL, synchronous=FULL) before it is answered
// with the row's number, where only its person sees it. It keeps no promise beyond that.
//
// BARNRAISER_TEST_NODE_RIVAL names the folder that holds node_modules. The one argument is JSON: {"http", "token", "file"}. It
// writes a line when it is ready.

import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.BARNRAISER_TEST_NODE_RIVAL, "package.json"));
const Database = require("better-sqlite3");
const { ApplicationCommandOptionType: Option, Client, Events, GatewayIntentBits: Intents, MessageFlags } = require("discord.js");

const wanted = JSON.parse(process.argv[2]);

const database = new Database(wanted.file);
database.pragma("journal_mode = wal");
database.pragma("synchronous = full");
database.exec(
    "create table if not exists asks (id integer primary key, event text not null unique, channel text not null, asker text not null, " +
        "words text not null, need integer not null, at integer not null)",
);
const record = database.prepare("insert into asks (event, channel, asker, words, need, at) values (?, ?, ?, ?, ?, ?)");

const client = new Client({ intents: [Intents.Guilds], allowedMentions: { parse: [] }, rest: { api: `${wanted.http}/api` } });

client.on(Events.InteractionCreate, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const words = interaction.options.getString("words", true);
    const need = interaction.options.getInteger("need") ?? 1;
    const made = record.run(interaction.id, interaction.channelId, interaction.user.id, words, need, Date.now());
    await interaction.editReply(`A${made.lastInsertRowid} is recorded.`);
});

client.once(Events.ClientReady, async () => {
    const options = [
        { name: "words", description: "what you need", type: Option.String, required: true },
        { name: "need", description: "how many", type: Option.Integer },
    ];
    await client.application.commands.set([{ name: "ask", description: "ask for something", options }]);
    process.stdout.write("ready\n");
});

process.once("SIGTERM", async () => {
    await client.destroy();
    database.close();
});

await client.login(wanted.token);
