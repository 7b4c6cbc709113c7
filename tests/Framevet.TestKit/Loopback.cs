using System.Net;
using System.Net.Sockets;

namespace Framevet.TestKit;

/// <summary>Ports of 127.0.0.1.</summary>
public static class Loopback
{
    // Below those that systems give to whoever asks for any (Linux: from 32768): between the question and the program's start nobody else gets the answer.
    private const int First = 12000;
    private const int Last = 31999;

    private static int _next = Random.Shared.Next(Last - First);

    /// <summary>A port that nobody listens on, for a program that wants to be told one; another one for each call of this process.</summary>
    public static int FreePort()
    {
        for (var i = First; i <= Last; i++)
        {
            var port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % (Last - First + 1));
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Somebody's.
            }
        }

        throw new InvalidOperationException($"Nothing is free from port {First} to {Last}.");
    }
}
