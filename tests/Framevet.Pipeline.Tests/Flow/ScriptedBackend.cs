using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>
/// A precise backend that reads its answer from the picture: the mean of the JPEG's bytes decides, so that a picture gets the same answer however
/// often and in whatever order it is asked. The policy around it is the real one.
/// </summary>
internal sealed class ScriptedBackend(Func<int, double?> confidence) : IModerationBackend
{
    private int _asked;

    public string Id => "scripted";

    public ModerationTier Tier => ModerationTier.Precise;

    public string ModelVersion => "1";

    /// <summary>Pictures inspected so far.</summary>
    public int Asked => _asked;

    public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        Interlocked.Increment(ref _asked);
        ct.ThrowIfCancellationRequested();
        var sum = 0;
        foreach (var value in jpeg.Span)
        {
            sum += value;
        }

        return Task.FromResult<ImmutableArray<Finding>>(confidence(sum) is { } found ? [new Finding("nudity", found, Id, ModelVersion)] : []);
    }
}
