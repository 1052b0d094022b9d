import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unreadable } from './unreadable.js';

const label = 'CERTIFICATE';
const block = new RegExp(`-----BEGIN ${label}-----.*?(?:-----END ${label}-----|$)`, 'gs');

/**
 * The text of a file of PEM certificates, each of which was looked at: TLS takes any text for a list of authorities, and then
 * trusts nobody. Throws an error whose message is the reason, without the content: it may be a key.
 */
export function readCertificates(path: string): string {
  const pem = textOf(path);
  const certificates = pem.match(block) ?? [];
  if (certificates.length === 0) throw new Error('it holds no PEM certificate');
  for (const [index, certificate] of certificates.entries()) check(certificate, index + 1);
  return pem;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(unreadable(error), { cause: error });
  }
}

function check(certificate: string, number: number): void {
  try {
    new X509Certificate(certificate);
  } catch (cause) {
    throw new Error(`certificate ${number} in it is damaged`, { cause });
  }
}
