//! Postgres values as bytes: the daemon carries payloads and never reads them.

use std::{error::Error, fmt};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// A `jsonb` value as its JSON text.
#[derive(Clone, Copy, Debug)]
pub struct Jsonb<'a>(pub &'a [u8]);

/// The first byte of a `jsonb` value on the wire: its format's version.
const JSONB_VERSION: u8 = 1;

impl ToSql for Jsonb<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_u8(JSONB_VERSION);
        out.put_slice(self.0);
        Ok(IsNull::No)
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSONB
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Jsonb<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match raw.split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Self(text)),
            _ => Err("jsonb in an unknown wire format".into()),
        }
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSONB
    }
}

/// A run's id, a UUID. Its order is the order of `uuid` in Postgres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub [u8; 16]);

impl RunId {
    /// Which of `shards` a run belongs to. The last bytes of a `UUIDv7` are random.
    #[must_use]
    pub fn shard(self, shards: usize) -> usize {
        let [.., a, b] = self.0;
        usize::from(u16::from_be_bytes([a, b])) % shards
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl ToSql for RunId {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::UUID
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for RunId {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.try_into()?))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::UUID
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jsonb_carries_its_version_byte() {
        let mut out = BytesMut::new();
        Jsonb(b"[1]").to_sql(&Type::JSONB, &mut out).unwrap();
        assert_eq!(&out[..], b"\x01[1]");
        assert_eq!(Jsonb::from_sql(&Type::JSONB, &out).unwrap().0, b"[1]");
        assert!(Jsonb::from_sql(&Type::JSONB, b"\x02[1]").is_err());
    }

    #[test]
    fn a_run_id_reads_as_a_uuid() {
        let id = RunId([0x01, 0x92, 0xab, 0xcd, 0, 1, 0x70, 2, 0x80, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(id.to_string(), "0192abcd-0001-7002-8003-040506070809");
        assert_eq!(id.shard(2), 1);
    }
}
