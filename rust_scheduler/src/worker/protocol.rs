//! The frames between the daemon and a worker: `docs/internals/worker-protocol.md` in code, pure and without I/O.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::values::RunId;

/// The worker protocol this daemon speaks.
pub const VERSION: u16 = 1;

/// The longest frame in bytes, without its length prefix.
pub const MAX_FRAME: usize = 64 << 20;

const HELLO: u8 = 1;
const WELCOME: u8 = 2;
const PROGRAM: u8 = 3;
const READY: u8 = 4;
const RUN: u8 = 5;
const RESULT: u8 = 6;
const CANCEL: u8 = 7;
const DRAIN: u8 = 8;
const FATAL: u8 = 9;
const HEARTBEAT: u8 = 10;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a result.
    Succeeded,
    /// With an exception.
    Failed,
    /// The attempt's time was over.
    TimedOut,
    /// Never started, or given back.
    Released,
    /// The worker died. Only the daemon says so, no worker does.
    Lost,
}

impl Outcome {
    /// The name `waymark.turn` knows it by.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Released => "released",
            Self::Lost => "lost",
        }
    }

    fn from_wire(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Succeeded),
            2 => Some(Self::Failed),
            3 => Some(Self::TimedOut),
            4 => Some(Self::Released),
            _ => None,
        }
    }
}

/// A frame from a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromWorker {
    /// The first frame of a connection.
    Hello {
        /// The protocol version the worker speaks.
        version: u16,
        /// Its process id.
        pid: u32,
    },
    /// A workflow's IR, to be registered.
    Program(Bytes),
    /// Actions may come.
    Ready,
    /// An invocation has ended.
    Result {
        /// Which.
        invocation: u64,
        /// How.
        outcome: Outcome,
        /// Its run time in microseconds.
        run_us: u64,
        /// The value's JSON text; empty when the outcome has none.
        value: Bytes,
    },
    /// The worker cannot work.
    Fatal(String),
    /// An invocation goes on.
    Heartbeat {
        /// Which.
        invocation: u64,
        /// The JSON text of its details; empty when it has told none.
        details: Bytes,
    },
}

/// A frame no worker may send; the connection is closed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The length prefix is over the limit.
    #[error("a frame of {0} bytes is over the limit of {MAX_FRAME}")]
    TooLong(usize),
    /// A frame kind only the daemon sends, or nobody.
    #[error("unexpected frame kind {0}")]
    Kind(u8),
    /// A body shorter than its kind needs.
    #[error("a frame of kind {0} is too short")]
    Short(u8),
    /// An outcome byte without a meaning.
    #[error("unknown outcome {0}")]
    Outcome(u8),
}

/// Takes the first whole frame off `buffer`; none when more bytes are needed. Values are slices of the buffer, not copies.
///
/// # Errors
/// A frame that the protocol does not have. The buffer is of no use afterwards.
pub fn decode(buffer: &mut BytesMut) -> Result<Option<FromWorker>, ProtocolError> {
    let Some(prefix) = buffer.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_le_bytes(*prefix) as usize;
    if length > MAX_FRAME {
        return Err(ProtocolError::TooLong(length));
    }
    if buffer.len() < 4 + length {
        buffer.reserve(4 + length - buffer.len());
        return Ok(None);
    }
    buffer.advance(4);
    let mut body = buffer.split_to(length).freeze();
    let kind = body.try_get_u8().map_err(|_| ProtocolError::Short(0))?;
    let short = |_| ProtocolError::Short(kind);
    let frame = match kind {
        HELLO => FromWorker::Hello {
            version: body.try_get_u16_le().map_err(short)?,
            pid: body.try_get_u32_le().map_err(short)?,
        },
        PROGRAM => FromWorker::Program(body),
        READY => FromWorker::Ready,
        RESULT => {
            let invocation = body.try_get_u64_le().map_err(short)?;
            let outcome = body.try_get_u8().map_err(short)?;
            FromWorker::Result {
                invocation,
                outcome: Outcome::from_wire(outcome).ok_or(ProtocolError::Outcome(outcome))?,
                run_us: body.try_get_u64_le().map_err(short)?,
                value: body,
            }
        }
        FATAL => FromWorker::Fatal(String::from_utf8_lossy(&body).into_owned()),
        HEARTBEAT => FromWorker::Heartbeat { invocation: body.try_get_u64_le().map_err(short)?, details: body },
        other => return Err(ProtocolError::Kind(other)),
    };
    Ok(Some(frame))
}

/// An action to execute, borrowed from the row that claimed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// The daemon's number of this attempt.
    pub invocation: u64,
    /// The run it belongs to.
    pub run_id: RunId,
    /// The action in the run.
    pub action_id: i64,
    /// From 1.
    pub attempt: u32,
    /// Milliseconds this attempt may take.
    pub timeout_ms: u32,
    /// `module:qualname`.
    pub name: &'a str,
    /// JSON text of what the engine tells the attempt beside its arguments; empty when that is nothing.
    pub context: &'a [u8],
    /// JSON text.
    pub arguments: &'a [u8],
}

/// An action that fits no frame.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the action's name and arguments take {0} bytes, over the limit of {MAX_FRAME} of a worker frame")]
pub struct Oversized(usize);

fn frame(out: &mut BytesMut, kind: u8, body: usize) {
    #[expect(clippy::cast_possible_truncation, reason = "bodies are small, or checked against MAX_FRAME")]
    out.put_u32_le(1 + body as u32);
    out.put_u8(kind);
}

/// Appends WELCOME.
pub fn encode_welcome(out: &mut BytesMut, concurrency: u16, send_programs: bool) {
    frame(out, WELCOME, 5);
    out.put_u16_le(VERSION);
    out.put_u16_le(concurrency);
    out.put_u8(u8::from(send_programs));
}

/// Appends RUN.
///
/// # Errors
/// The frame would be over the limit; nothing is appended.
pub fn encode_run(out: &mut BytesMut, run: &Run) -> Result<(), Oversized> {
    let body = 8 + 16 + 8 + 4 + 4 + 2 + 4 + run.name.len() + run.context.len() + run.arguments.len();
    let Ok(name_length) = u16::try_from(run.name.len()) else { return Err(Oversized(body)) };
    if body >= MAX_FRAME {
        return Err(Oversized(body));
    }
    out.reserve(5 + body);
    frame(out, RUN, body);
    out.put_u64_le(run.invocation);
    out.put_slice(&run.run_id.0);
    out.put_i64_le(run.action_id);
    out.put_u32_le(run.attempt);
    out.put_u32_le(run.timeout_ms);
    out.put_u16_le(name_length);
    #[expect(clippy::cast_possible_truncation, reason = "checked against MAX_FRAME")]
    out.put_u32_le(run.context.len() as u32);
    out.put_slice(run.name.as_bytes());
    out.put_slice(run.context);
    out.put_slice(run.arguments);
    Ok(())
}

/// Appends CANCEL.
pub fn encode_cancel(out: &mut BytesMut, invocation: u64) {
    frame(out, CANCEL, 8);
    out.put_u64_le(invocation);
}

/// Appends DRAIN.
pub fn encode_drain(out: &mut BytesMut) {
    frame(out, DRAIN, 0);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a worker writes, from the protocol page and not from the decoder.
    fn wire(parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        [&u32::try_from(body.len()).unwrap().to_le_bytes(), body.as_slice()].concat()
    }

    fn encoded(frame: &FromWorker) -> Vec<u8> {
        match frame {
            FromWorker::Hello { version, pid } => wire(&[&[1], &version.to_le_bytes(), &pid.to_le_bytes()]),
            FromWorker::Program(ir) => wire(&[&[3], ir]),
            FromWorker::Ready => wire(&[&[4]]),
            FromWorker::Result { invocation, outcome, run_us, value } => {
                let outcome = match outcome {
                    Outcome::Succeeded => 1,
                    Outcome::Failed => 2,
                    Outcome::TimedOut => 3,
                    Outcome::Released => 4,
                    Outcome::Lost => unreachable!("no worker says so"),
                };
                wire(&[&[6], &invocation.to_le_bytes(), &[outcome], &run_us.to_le_bytes(), value])
            }
            FromWorker::Fatal(reason) => wire(&[&[9], reason.as_bytes()]),
            FromWorker::Heartbeat { invocation, details } => wire(&[&[10], &invocation.to_le_bytes(), details]),
        }
    }

    fn value() -> impl Strategy<Value = Bytes> {
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from)
    }

    fn from_worker() -> impl Strategy<Value = FromWorker> {
        let outcome =
            prop::sample::select(vec![Outcome::Succeeded, Outcome::Failed, Outcome::TimedOut, Outcome::Released]);
        prop_oneof![
            (any::<u16>(), any::<u32>()).prop_map(|(version, pid)| FromWorker::Hello { version, pid }),
            value().prop_map(FromWorker::Program),
            Just(FromWorker::Ready),
            (any::<u64>(), outcome, any::<u64>(), value()).prop_map(|(invocation, outcome, run_us, value)| {
                FromWorker::Result { invocation, outcome, run_us, value }
            }),
            ".{0,40}".prop_map(FromWorker::Fatal),
            (any::<u64>(), value()).prop_map(|(invocation, details)| FromWorker::Heartbeat { invocation, details }),
        ]
    }

    proptest! {
        #[test]
        fn frames_survive_any_cutting(
            frames in prop::collection::vec(from_worker(), 0..20),
            chunk in 1_usize..700,
        ) {
            let stream: Vec<u8> = frames.iter().flat_map(encoded).collect();
            let (mut buffer, mut decoded) = (BytesMut::new(), Vec::new());
            for piece in stream.chunks(chunk) {
                buffer.extend_from_slice(piece);
                while let Some(frame) = decode(&mut buffer).unwrap() {
                    decoded.push(frame);
                }
            }
            prop_assert_eq!(decoded, frames);
            prop_assert!(buffer.is_empty());
        }

        #[test]
        fn garbage_is_an_error_or_a_frame(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut buffer = BytesMut::from(bytes.as_slice());
            while let Ok(Some(_)) = decode(&mut buffer) {}
        }

        #[test]
        fn a_run_frame_is_what_the_protocol_says(
            invocation in any::<u64>(), run_id in any::<[u8; 16]>(), action_id in any::<i64>(), attempt in any::<u32>(),
            timeout_ms in any::<u32>(), name in "[a-z.]{1,40}:[a-z]{1,20}", context in value(), arguments in value(),
        ) {
            let mut out = BytesMut::new();
            let run = Run { invocation, run_id: RunId(run_id), action_id, attempt, timeout_ms, name: &name, context: &context, arguments: &arguments };
            encode_run(&mut out, &run).unwrap();
            let expected = wire(&[
                &[5], &invocation.to_le_bytes(), &run_id, &action_id.to_le_bytes(), &attempt.to_le_bytes(),
                &timeout_ms.to_le_bytes(), &u16::try_from(name.len()).unwrap().to_le_bytes(),
                &u32::try_from(context.len()).unwrap().to_le_bytes(), name.as_bytes(), &context, &arguments,
            ]);
            prop_assert_eq!(&out[..], &expected[..]);
        }
    }

    #[test]
    fn small_frames_are_what_the_protocol_says() {
        let mut out = BytesMut::new();
        encode_welcome(&mut out, 10, true);
        encode_cancel(&mut out, 7);
        encode_drain(&mut out);
        let expected = [
            wire(&[&[2], &1_u16.to_le_bytes(), &10_u16.to_le_bytes(), &[1]]),
            wire(&[&[7], &7_u64.to_le_bytes()]),
            wire(&[&[8]]),
        ];
        assert_eq!(&out[..], expected.concat());
    }

    #[test]
    fn limits_are_kept() {
        let mut long = BytesMut::from(&u32::MAX.to_le_bytes()[..]);
        assert_eq!(decode(&mut long), Err(ProtocolError::TooLong(u32::MAX as usize)));
        assert_eq!(decode(&mut BytesMut::from(&wire(&[&[5]])[..])), Err(ProtocolError::Kind(5)));
        assert_eq!(decode(&mut BytesMut::from(&wire(&[&[6, 1]])[..])), Err(ProtocolError::Short(6)));
        assert_eq!(decode(&mut BytesMut::from(&wire(&[])[..])), Err(ProtocolError::Short(0)));
        let arguments = vec![b'1'; MAX_FRAME];
        let mut out = BytesMut::new();
        let run = Run {
            invocation: 1,
            run_id: RunId([0; 16]),
            action_id: 1,
            attempt: 1,
            timeout_ms: 1,
            name: "a:b",
            context: b"",
            arguments: &arguments,
        };
        assert!(encode_run(&mut out, &run).is_err() && out.is_empty());
    }
}
