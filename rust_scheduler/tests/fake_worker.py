# A worker in as few lines as the protocol allows (docs/internals/worker-protocol.md), written from that page alone.
# MODE is put before this text. The action's name says what to do with it.
import json, os, signal, socket, struct, sys, time

path = sys.argv[sys.argv.index("--socket") + 1]
daemon = socket.socket(socket.AF_UNIX)


def send(kind, body=b""):
    daemon.sendall(struct.pack("<IB", 1 + len(body), kind) + body)


def receive(size):
    data = b""
    while len(data) < size:
        part = daemon.recv(size - len(data))
        if not part:
            sys.exit(0)
        data += part
    return data


def result(invocation, outcome, value=b""):
    send(6, struct.pack("<QBQ", invocation, outcome, 7) + value)


if MODE == "exit before hello":
    sys.exit(3)
daemon.connect(path)
send(1, struct.pack("<HI", 9 if MODE == "version 9" else 1, os.getpid()))
welcome = receive(int.from_bytes(receive(4), "little"))
kind, version, concurrency, send_programs = struct.unpack("<BHHB", welcome)
assert kind == 2 and version == 1
if MODE == "fatal":
    send(9, "module app cannot be imported".encode())
    sys.exit(1)
if send_programs:
    send(3, b'{"workflow": "A"}')
send(4)
waiting = []
while True:
    frame = receive(int.from_bytes(receive(4), "little"))
    kind, body = frame[0], frame[1:]
    if kind == 8:
        for invocation in waiting:
            result(invocation, 4, b'"draining"')
        sys.exit(0)
    if kind == 7:
        (invocation,) = struct.unpack("<Q", body)
        result(invocation, 2, b'"cancelled"')
        continue
    assert kind == 5
    invocation, run_id, action_id, attempt, timeout_ms, length, told = struct.unpack_from("<Q16sqIIHI", body)
    name, arguments = body[46 : 46 + length].decode(), body[46 + length + told :]
    if name == "t:echo":
        result(invocation, 1, arguments)
    elif name == "t:pid":
        result(invocation, 1, str(os.getpid()).encode())
    elif name == "t:wait":
        waiting.append(invocation)
    elif name == "t:crash":
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "t:answer_and_exit":
        result(invocation, 1, b"1")
        os._exit(5)
    elif name == "t:block":
        time.sleep(60)
    elif name == "t:release":
        result(invocation, 4, b'"told to end by somebody else"')
    elif name == "t:break":
        send(77)
