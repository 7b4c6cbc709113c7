using System.Collections.Immutable;

namespace Framevet.Pipeline.Culling;

/// <summary>What an order does.</summary>
public enum MarkOrderKind
{
    /// <summary>Marks frames.</summary>
    Set,
    /// <summary>Takes the person's last order on this run back.</summary>
    Undo,
    /// <summary>Does again what was taken back last.</summary>
    Redo,
}

/// <summary>The same set on these frames, by PTS.</summary>
public sealed record MarkStep(ImmutableArray<long> Frames, MarkSet Set);

/// <summary>
/// One act of culling; all of it counts as one step of undo. <paramref name="Key"/>: the client's own name for it, so that sending it again after a broken
/// connection does nothing again. With <paramref name="IfRevision"/> frames that were marked after that revision stay as they are.
/// </summary>
public sealed record MarkOrder(string Key, MarkOrderKind Kind, ImmutableArray<MarkStep> Steps, long? IfRevision = null)
{
    private const int MaxKey = 64;
    private const int MaxFrames = 500_000;

    /// <summary>An order that marks frames.</summary>
    public static MarkOrder Set(string key, MarkSet set, params ImmutableArray<long> frames) => new(key, MarkOrderKind.Set, [new MarkStep(frames, set)]);

    /// <summary>The same order with its sets checked.</summary>
    /// <exception cref="VettingException">InvalidRequest: no key, nothing to set, or too many frames.</exception>
    public MarkOrder Checked()
    {
        if (Key is not { Length: > 0 and <= MaxKey })
        {
            throw new VettingException(FailureCode.InvalidRequest, $"An order has a key of 1 to {MaxKey} characters.");
        }

        if (Kind != MarkOrderKind.Set)
        {
            return this with { Steps = [] };
        }

        if (Steps.IsDefaultOrEmpty || Steps.Any(s => s.Frames.IsDefault || s.Set is null) || Steps.Sum(s => (long)s.Frames.Length) > MaxFrames)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"An order names at most {MaxFrames} frames and what is set on them.");
        }

        return this with { Steps = [.. Steps.Select(s => s with { Set = s.Set.Checked() })] };
    }
}

/// <summary>
/// What came of an order. <paramref name="Changed"/> frames are different now; <paramref name="Frames"/> are the first of them as they are.
/// <paramref name="IsRepeat"/>: it had been done before. <paramref name="Text"/>: in words, null when there was nothing to take back or to repeat.
/// </summary>
public sealed record MarkOutcome(string Key, MarkOrderKind Kind, bool IsRepeat, int Changed, ImmutableArray<FrameMark> Frames, long Revision, string? Text);
