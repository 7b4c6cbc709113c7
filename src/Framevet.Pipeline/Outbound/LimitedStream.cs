using System.Globalization;

namespace Framevet.Pipeline.Outbound;

/// <summary>A body that ends with an error where it grows too long, stalls, or the request's time is over. One reader at a time.</summary>
internal sealed class LimitedStream(Stream inner, string host, long maxBytes, TimeSpan stall, CancellationTokenSource deadline) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        patience.CancelAfter(stall);
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VettingException(FailureCode.SourceUnavailable, deadline.IsCancellationRequested ? $"{host} took too long." : $"{host} sent nothing for {stall.TotalSeconds:0} s.", null, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{host}: the connection broke.", e.Message, e);
        }

        return (_read += count) <= maxBytes ? count : throw TooLarge(host, maxBytes);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    internal static VettingException TooLarge(string host, long maxBytes) =>
        new(FailureCode.SourceTooLarge, string.Create(CultureInfo.InvariantCulture, $"{host} sends more than the {maxBytes / (1 << 20)} MiB allowed."));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            deadline.Dispose();
        }

        base.Dispose(disposing);
    }
}
