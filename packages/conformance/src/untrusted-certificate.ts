/** Signed by nobody but itself, its key public with this file: what a client under test must not trust. */
export const untrustedCertificate: { readonly cert: string; readonly key: string } = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUNr1oDPgb4tYYblKSnLGoNcpyPmMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDA4MTc1M1oYDzIxMjYxMDI3
MDgxNzUzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATY8ok7MhZ0T9eZqJVKVDBXnS7EErgtrLPqbQRMPqXgnR00KaFGxpUk
hl0B4z8mtcKuIf//govGZFa2b3gmju2Xo2kwZzAdBgNVHQ4EFgQU2F8fMKla7w6z
2yIRbeHPdIaaKXEwHwYDVR0jBBgwFoAU2F8fMKla7w6z2yIRbeHPdIaaKXEwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAK012HPwC93HvXQ2e9jo9HA5JxnmyXdnaqdd/sHERommAiEAl6+uhfbk
FWH0hTkSu0ufFMnxUgxGTfSHrWoSi6Vu+rc=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIFYnCJUkSrjo+9FA1/8IPuURo9txfeRX1zbVGs7mluS3oAoGCCqGSM49
AwEHoUQDQgAE2PKJOzIWdE/XmaiVSlQwV50uxBK4Layz6m0ETD6l4J0dNCmhRsaV
JIZdAeM/JrXCriH//4KLxmRWtm94Jo7tlw==
-----END EC PRIVATE KEY-----
`,
}
