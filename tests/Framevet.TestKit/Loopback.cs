using System.Net;
using System.Net.Sockets;

namespace Framevet.TestKit;

/// <summary>Ports of 127.0.0.1.</summary>
public static class Loopback
{
    /// <summary>A port that nobody listens on, for a program that wants to be told one.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
