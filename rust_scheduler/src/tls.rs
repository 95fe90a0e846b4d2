//! TLS to the database, with libpq's meaning of `sslmode` and `sslrootcert`.
//!
//! tokio-postgres itself knows `disable`, `prefer` and `require`; what certificates are checked against is its
//! connector's matter, so both parameters are taken out of the URL here.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What is checked of the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// Nothing: encryption only.
    Nothing,
    /// That a known authority signed it.
    Authority,
    /// That, and that it is for this host.
    AuthorityAndHost,
}

/// A database URL without its TLS parameters, and what they said.
pub struct Split {
    /// The URL for tokio-postgres.
    pub url: String,
    /// Whether to speak TLS.
    pub mode: SslMode,
    /// The connector to speak it with.
    pub connector: MakeRustlsConnect,
}

/// Takes `sslmode` and `sslrootcert` out of a database URL.
///
/// # Errors
/// What either parameter may hold, or why the root certificates cannot be read.
pub fn split(url: &str) -> Result<Split, String> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = ("prefer", None, Vec::new());
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", value)) => mode = value,
            Some(("sslrootcert", value)) => roots = Some(decode_percent(value)),
            _ => rest.push(parameter),
        }
    }
    let (mode, check) = match (mode, &roots) {
        ("disable", _) => (SslMode::Disable, Check::Nothing),
        ("allow" | "prefer", _) => (SslMode::Prefer, Check::Nothing),
        ("require", None) => (SslMode::Require, Check::Nothing),
        // As libpq: a root certificate makes `require` check it.
        ("require" | "verify-ca", _) => (SslMode::Require, Check::Authority),
        ("verify-full", _) => (SslMode::Require, Check::AuthorityAndHost),
        (other, _) => {
            return Err(format!(
                "a URL whose sslmode is disable, allow, prefer, require, verify-ca or verify-full, not {other:?}"
            ));
        }
    };
    let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    Ok(Split { url, mode, connector: MakeRustlsConnect::new(client_config(check, roots.as_deref())?) })
}

fn client_config(check: Check, roots: Option<&str>) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let authority = match check {
        Check::Nothing => None,
        Check::Authority | Check::AuthorityAndHost => {
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(root_store(roots)?), provider.clone());
            Some(verifier.build().map_err(|error| format!("a URL with usable root certificates ({error})"))?)
        }
    };
    let verifier = Verifier { provider: provider.clone(), authority, host: check == Check::AuthorityAndHost };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("a URL for a TLS version this build has ({error})"))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn root_store(roots: Option<&str>) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    match roots {
        None | Some("system") => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(path) => {
            let unreadable = |error| format!("a URL whose sslrootcert is a readable PEM file, not {path:?} ({error})");
            for certificate in CertificateDer::pem_file_iter(Path::new(path)).map_err(unreadable)? {
                let added = store.add(certificate.map_err(unreadable)?);
                added.map_err(|error| format!("a URL whose sslrootcert holds certificates ({error})"))?;
            }
        }
    }
    Ok(store)
}

fn decode_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(high).zip(digit(low)).map(|(high, low)| high * 16 + low)
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Checks as much of a certificate as `sslmode` asks for; signatures of the handshake always.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    authority: Option<Arc<WebPkiServerVerifier>>,
    host: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The host is checked last: everything else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.host => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_taken_out_of_the_url() {
        for (url, rest, mode) in [
            ("postgresql://u@h/d", "postgresql://u@h/d", SslMode::Prefer),
            ("postgresql://u@h/d?sslmode=require", "postgresql://u@h/d", SslMode::Require),
            ("postgresql://u@h/d?a=b&sslmode=disable&c=d", "postgresql://u@h/d?a=b&c=d", SslMode::Disable),
            ("postgresql://h/d?sslmode=verify-full&sslrootcert=system", "postgresql://h/d", SslMode::Require),
        ] {
            let split = split(url).map_err(|error| panic!("{url}: {error}")).unwrap();
            assert_eq!((split.url.as_str(), split.mode), (rest, mode));
        }
    }

    #[test]
    fn mistakes_are_named() {
        assert!(split("postgresql://h/d?sslmode=always").err().unwrap().contains("always"));
        assert!(
            split("postgresql://h/d?sslmode=verify-ca&sslrootcert=%2Fno%2Fsuch").err().unwrap().contains("/no/such")
        );
    }
}
