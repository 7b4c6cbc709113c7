using Framevet.Pipeline.Runs;

namespace Framevet.Data.Queries;

/// <summary>The two facts that a picture request needs; a gallery asks for hundreds of them.</summary>
public sealed class FrameLookQuery
{
    /// <summary>Where the thumbnail is and whether a verdict allows it to be seen; null when there is no such frame.</summary>
    public Task<FrameLook?> GetAsync(RunId run, long pts, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>What may be shown of a frame.</summary>
public sealed record FrameLook(string? ThumbKey, bool IsAllowed);
