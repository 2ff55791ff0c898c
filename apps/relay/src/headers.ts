/**
 * The web app's content security policy: its own files, this relay, and the transparency log. No inline
 * script or style, no frames, no forms, no other origin.
 */
export function contentSecurityPolicy({ logUrl }: { readonly logUrl: string }): string {
  const directives = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    // 'self' covers the mailbox WebSocket too.
    "connect-src": `'self' ${new URL(logUrl).origin}`,
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "require-trusted-types-for": "'script'",
    // The app makes one, for its worker's address, so nothing else may.
    "trusted-types": "reading",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

/** On every answer, whatever it is. */
export const commonHeaders: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
  "X-Frame-Options": "DENY",
};
