"""A name server for the machines of the lab that knows no name and says so at once: python3 names.py ADDRESS. Docker's own server asks it
for names that no healthy task has; one that does not answer would make a failover look ten seconds longer than it is."""
import socket
import sys


def answer(query, addresses=()):
    """The addresses for the question (RFC 1035, 4.1), NXDOMAIN when there are none, or None for what is no question."""
    end = 12
    while end < len(query) and query[end]:
        end += query[end] + 1
    if end + 5 > len(query):
        return None
    rows = b''.join(b'\xc0\x0c\0\1\0\1\0\0\0\0\0\4' + socket.inet_aton(address) for address in addresses)
    return query[:2] + (b'\x85\x80' if rows else b'\x85\x83') + b'\0\1' + bytes([0, len(addresses)]) + b'\0\0\0\0' + query[12:end + 5] + rows


def main(address):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        query, caller = server.recvfrom(4096)
        reply = answer(query)
        if reply:
            server.sendto(reply, caller)


if __name__ == '__main__':
    main(sys.argv[1])
