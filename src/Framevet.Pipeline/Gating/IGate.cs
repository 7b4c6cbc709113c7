using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Cheap yes/no from numbers already computed; no pixels, no I/O. Built fresh for each run. A gate that remembers frames runs after all
/// others and sees only what they let pass, so a frame that fails never removes one that passes; asking it the same frames in the
/// same order gives the same answers (a resumed run replays stored frames).
/// </summary>
public interface IGate
{
    /// <summary>Whether answers depend on frames seen before (e.g. duplicates).</summary>
    bool Remembers => false;

    /// <summary>Scores that metrics of the recipe must give, besides those that options name.</summary>
    System.Collections.Immutable.ImmutableArray<string> Needs => [];

    /// <summary>Judges one frame. A gate that does not remember is asked by several threads at once when a run is selected anew.</summary>
    GateResult Check(Candidate candidate);
}

/// <summary>Answer of a gate; <paramref name="Reason"/> is a sentence for users when it did not pass, else null.</summary>
public readonly record struct GateResult(bool Pass, string? Reason)
{
    /// <summary>The frame passes.</summary>
    public static GateResult Passed => new(true, null);

    /// <summary>The frame fails for <paramref name="reason"/>.</summary>
    public static GateResult Failed(string reason) => new(false, reason);
}
