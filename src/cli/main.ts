#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { GatewayzMetricsError } from '../errors.js';
import { checkCommand } from './check.js';
import { dashboardsCommand } from './dashboards.js';
import { demoCommand } from './demo.js';
import { docsCommand } from './docs.js';
import { migrateCommand } from './migrate.js';
import { rulesCommand } from './rules.js';
import { serveCommand } from './serve.js';
import { tokenCommand } from './token.js';
import { version } from './version.js';

const program = new Command('gatewayz-metrics')
  .description('Serves the metrics of an LLM gateway, read from Prometheus.')
  .version(version);
const commands = [
  serveCommand,
  demoCommand,
  checkCommand,
  migrateCommand,
  docsCommand,
  rulesCommand,
  dashboardsCommand,
];
for (const command of [...commands, tokenCommand]) program.addCommand(command().exitOverride());

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const known = error instanceof GatewayzMetricsError;
    console.error(known ? error.message : error);
    process.exitCode = known && ['settings_invalid', 'catalogue_invalid'].includes(error.code) ? 2 : 1;
  }
}
