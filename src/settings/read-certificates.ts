import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readErrorReason } from './read-error-reason.js';

const label = 'CERTIFICATE';
const block = new RegExp(`-----BEGIN ${label}-----.*?(?:-----END ${label}-----|$)`, 'gs');

/**
 * Reads a PEM certificate file and checks every certificate: TLS accepts any text as a CA list, and then trusts nothing.
 * Throws an error whose message never shows the content, which may be a private key.
 */
export function readCertificates(path: string): string {
  const pem = textOf(path);
  const certificates = pem.match(block) ?? [];
  if (certificates.length === 0) throw new Error('no PEM certificate found in it');
  for (const [index, certificate] of certificates.entries()) check(certificate, index + 1);
  return pem;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(readErrorReason(error), { cause: error });
  }
}

function check(certificate: string, number: number): void {
  try {
    new X509Certificate(certificate);
  } catch (cause) {
    throw new Error(`certificate ${number} in it is damaged`, { cause });
  }
}
