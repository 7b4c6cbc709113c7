using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Framevet.Web.Tests.Live;

/// <summary>A hub client's connection over one WebSocket. <paramref name="open"/> opens it.</summary>
internal sealed class SocketFactory(Func<Uri, CancellationToken, Task<WebSocket>> open) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = await open(((UriEndPoint)endpoint).Uri, cancellationToken);
        var (incoming, outgoing) = (new Pipe(), new Pipe());
        _ = ReceiveAsync(socket, incoming.Writer);
        _ = SendAsync(socket, outgoing.Reader);
        return new DefaultConnectionContext(Guid.NewGuid().ToString()) { Transport = new Duplex(incoming.Reader, outgoing.Writer) };
    }

    private static async Task ReceiveAsync(WebSocket socket, PipeWriter writer)
    {
        try
        {
            while (await socket.ReceiveAsync(writer.GetMemory(4096), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } received)
            {
                writer.Advance(received.Count);
                await writer.FlushAsync(CancellationToken.None);
            }

            // The server waits five seconds for the answer to its goodbye. Who said it first is over and done with.
            if (socket.State == WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            }

            await writer.CompleteAsync();
        }
        catch (Exception e)
        {
            await writer.CompleteAsync(e);
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static async Task SendAsync(WebSocket socket, PipeReader reader)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await reader.ReadAsync(CancellationToken.None);
                if (!read.Buffer.IsEmpty)
                {
                    await socket.SendAsync(read.Buffer.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
                }

                reader.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }
        catch (Exception e)
        {
            await reader.CompleteAsync(e);
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
