using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Framevet.Pipeline.Outbound;

namespace Framevet.Pipeline.Tests.Outbound;

/// <summary>A wall whose resolver knows what the test says and whose dialer records instead of dialling: no packet leaves the process.</summary>
internal sealed class RecordedDials
{
    private readonly ConcurrentQueue<IPEndPoint> _dials = new();
    private readonly ConcurrentQueue<string> _asked = new();

    public RecordedDials(OutboundOptions options, Func<string, string[]>? resolve = null)
    {
        Wall = new OutboundWall(
            options,
            (host, _) =>
            {
                _asked.Enqueue(host);
                return resolve?.Invoke(host) is { Length: > 0 } answer
                    ? Task.FromResult(answer.Select(IPAddress.Parse).ToArray())
                    : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
            },
            (address, _) =>
            {
                _dials.Enqueue(address);
                return Task.FromException<Stream>(new SocketException((int)SocketError.ConnectionRefused));
            });
    }

    public OutboundWall Wall { get; }

    public string[] Dials => [.. _dials.Select(d => d.ToString())];

    public string[] Asked => [.. _asked];
}
