/**
 * On every answer: a browser takes it for what its type says, and shows it in no frame. None gives leave to pages of other
 * origins; that is for the host or the proxy in front to say.
 */
export const safetyHeaders = { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' } as const;
