"""A relay that misbehaves on command, between two addresses: ('127.0.0.1', port), or the path of a socket."""
import os
import selectors
import socket
import threading
import time

# What PQcancel sends on a connection of its own: its length and its code (PostgreSQL's protocol, CancelRequest).
CANCEL_REQUEST = bytes.fromhex('00000010' '04d2162e')


def _family(address):
    return socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX


class Proxy:
    """Relays bytes until told otherwise. Modes, changed at any time and for connections that are open too:
    pass; delay (`delay_s` per chunk, both ways); drop (accepts, then swallows everything: the silent link);
    refuse (closes new connections at once, and open ones); cut (`after_bytes` from the server, then a reset); linger (the
    client does not learn that the server has closed). `hold_cancellations` keeps what asks PostgreSQL to cancel, until restore."""

    def __init__(self, listen, target):
        self.target = target
        self._mode, self._delay_s, self._after_bytes = 'pass', 0, 0
        self._open = set()
        self._lock = threading.Lock()
        self.connections = 0
        self.cancellations, self.cancellations_done, self._let_cancel = 0, 0, threading.Event()
        self._let_cancel.set()
        if not isinstance(listen, tuple):
            if os.path.exists(listen):
                os.unlink(listen)
        self._listener = socket.socket(_family(listen))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(listen)
        self._listener.listen(128)
        self.listen = self._listener.getsockname()
        self._stopped = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self.listen[1]

    @property
    def address(self):
        return f'{self.listen[0]}:{self.listen[1]}' if isinstance(self.listen, tuple) else self.listen

    # -- modes -----------------------------------------------------------------------------------------------------

    def restore(self):
        self._mode = 'pass'
        self._let_cancel.set()

    def hold_cancellations(self):
        self._let_cancel.clear()

    def delay(self, seconds):
        self._delay_s, self._mode = seconds, 'delay'

    def drop(self):
        self._mode = 'drop'

    def linger(self):
        self._mode = 'linger'

    def refuse(self):
        self._mode = 'refuse'
        self.disconnect()

    def cut(self, after_bytes=0):
        """Resets each connection once the server has sent that many more bytes on it."""
        self._after_bytes, self._mode = after_bytes, 'cut'
        if not after_bytes:
            self.disconnect()

    def disconnect(self):
        """Resets what is open; new connections follow the mode."""
        with self._lock:
            pairs = list(self._open)
        for pair in pairs:
            for end in pair:
                _reset(end)

    def close(self):
        self._stopped = True
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self.disconnect()

    # -- relay -----------------------------------------------------------------------------------------------------

    def _accept(self):
        while not self._stopped:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self._mode == 'refuse':
                _reset(client)
                continue
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        server = socket.socket(_family(self.target))
        pair = (client, server)
        with self._lock:
            self._open.add(pair)
        sent, cancels = 0, False
        try:
            server.connect(self.target)
            with selectors.DefaultSelector() as ready:
                ready.register(client, selectors.EVENT_READ, server)
                ready.register(server, selectors.EVENT_READ, client)
                budget = None
                while True:
                    for key, _ in ready.select(0.2):
                        data = key.fileobj.recv(65536)
                        mode = self._mode
                        if not data and mode == 'linger' and key.fileobj is server:
                            ready.unregister(server)
                            continue
                        if not data:
                            return
                        if mode == 'drop':
                            continue
                        if data.startswith(CANCEL_REQUEST) and key.fileobj is client:
                            self.cancellations, cancels = self.cancellations + 1, True
                            self._let_cancel.wait()
                        if mode == 'delay':
                            time.sleep(self._delay_s)
                        if mode == 'cut' and key.fileobj is server:
                            budget = sent + self._after_bytes if budget is None else budget
                            if sent + len(data) >= budget:
                                client.sendall(data[:budget - sent])
                                return
                        elif mode != 'cut':
                            budget = None
                        sent += len(data) if key.fileobj is server else 0
                        key.data.sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(pair)
                self.cancellations_done += cancels
            for end in pair:
                _reset(end) if self._mode in ('cut', 'refuse') else end.close()


def _reset(end):
    try:
        if end.family == socket.AF_INET:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        end.shutdown(socket.SHUT_RDWR) if end.family == socket.AF_UNIX else None
        end.close()
    except OSError:
        pass
