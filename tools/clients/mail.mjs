// A mail client: SMTP with STARTTLS, one connection kept.
import { createTransport } from 'nodemailer';

/** The demo's certificate is self-signed; a real site brings its own. */
export const openMail = (demo, pool = false) =>
  createTransport({ host: demo.smtp.host, port: demo.smtp.port, secure: false, requireTLS: true, pool, tls: { rejectUnauthorized: false }, connectionTimeout: 5_000, socketTimeout: 20_000 });
