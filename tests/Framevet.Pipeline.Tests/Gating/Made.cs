using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Gating;

/// <summary>Candidates for tests of gates and selectors.</summary>
internal static class Made
{
    private static readonly TimeBase Milliseconds = new(1, 1000);

    /// <summary>A frame at a time with one or more scores.</summary>
    public static Candidate Frame(int index, double seconds, ulong fingerprint = 0, params (string Id, double Value)[] scores) => new(
        new Pts((long)Math.Round(seconds * 1000), Milliseconds),
        index,
        scores.ToImmutableSortedDictionary(s => s.Id, s => (float)s.Value),
        fingerprint,
        null,
        []);

    /// <summary>Frames a second apart with random qualities, some equal, some missing, and looks in groups.</summary>
    public static ImmutableArray<Candidate> Clip(int seed, int frames)
    {
        var random = new Random(seed);
        var look = (ulong)random.NextInt64();
        return
        [
            .. Enumerable.Range(0, frames).Select(i =>
            {
                look = random.Next(4) == 0 ? (ulong)random.NextInt64() : look ^ (1UL << random.Next(64));
                return random.Next(10) == 0 ? Frame(i, i, look) : Frame(i, i, look, ("quality", random.Next(20) * 5));
            }),
        ];
    }

    /// <summary>The same frames in another order.</summary>
    public static ImmutableArray<Candidate> Shuffled(this ImmutableArray<Candidate> frames, int seed)
    {
        var copy = frames.ToArray();
        new Random(seed).Shuffle(copy);
        return [.. copy];
    }
}
