using System.Net;
using System.Net.Http.Headers;

namespace Framevet.Web.Tests.Api;

/// <summary>A piece of an upload whose connection breaks (or hangs) after its bytes, although more was announced.</summary>
internal sealed class BrokenContent : HttpContent
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _hangs;

    public BrokenContent(ReadOnlyMemory<byte> bytes, bool hangs = false)
    {
        (_bytes, _hangs) = (bytes, hangs);
        Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
    }

    public void Release() => _released.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        for (var at = 0; at < _bytes.Length; at += 65536)
        {
            await stream.WriteAsync(_bytes.Slice(at, Math.Min(65536, _bytes.Length - at)));
            await stream.FlushAsync();
        }

        if (_hangs)
        {
            await _released.Task;
        }

        throw new IOException("The cable was pulled.");
    }

    // The length stays open: the transport may not wait for bytes that never come.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
