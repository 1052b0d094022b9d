#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { GatewayzMetricsError } from '../errors.js';
import { checkCommand } from './check.js';
import { demoCommand } from './demo.js';
import { docsCommand } from './docs.js';
import { serveCommand } from './serve.js';
import { tokenCommand } from './token.js';
import { version } from './version.js';

const program = new Command('gatewayz-metrics').description('The metrics front of an LLM gateway.').version(version);
for (const command of [serveCommand(), demoCommand(), checkCommand(), docsCommand(), tokenCommand()])
  program.addCommand(command.exitOverride());

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const known = error instanceof GatewayzMetricsError;
    const wrongSettings = known && (error.code === 'settings_invalid' || error.code === 'catalogue_invalid');
    console.error(known ? error.message : error);
    process.exitCode = wrongSettings ? 2 : 1;
  }
}
