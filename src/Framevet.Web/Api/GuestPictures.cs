using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sharing;
using Framevet.Pipeline.Storage;

namespace Framevet.Web.Api;

/// <summary>Pictures as guests get them, with the watermark of their link. Whether a guest may see the frame is asked by the caller. Thread-safe.</summary>
public sealed class GuestPictures(IBlobStore blobs, ExportDesk desk, Watermark watermark, IRunStore runs)
{
    /// <summary>The thumbnail or the full frame as JPEG.</summary>
    /// <exception cref="VettingException">NotFound, and what decoding may bring.</exception>
    public async Task<byte[]> GetAsync(Share share, GuestFrame frame, bool isFull, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(share);
        ArgumentNullException.ThrowIfNull(frame);
        var key = frame.ThumbKey;
        if (isFull)
        {
            var run = await runs.GetAsync(share.RunId, ct) is { Media: not null } found ? found : throw Gone();
            key = await desk.FullFrameAsync(run.Id, new Pts(frame.Pts, run.Media!.TimeBase), ct);
        }

        await using var stream = await blobs.OpenReadAsync(key, ct) ?? throw Gone();
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, ct);
        return share.Watermark is { } text ? watermark.Draw(bytes.ToArray(), text) : bytes.ToArray();
    }

    private static VettingException Gone() => new(FailureCode.NotFound, "There is no such picture.");
}
