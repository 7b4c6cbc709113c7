using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Gating;

/// <summary>Pictures for candidates: what a function says, else eight by eight blocks of the fingerprint's bits.</summary>
internal sealed class MadeLooks(Func<Candidate, float[]?>? picture = null) : ILooks
{
    /// <summary>Pictures asked for so far.</summary>
    public int Asked { get; private set; }

    public ValueTask<float[]?> OfAsync(Candidate candidate, CancellationToken ct)
    {
        Asked++;
        return ValueTask.FromResult(picture is null ? Blocks(candidate.Fingerprint) : picture(candidate));
    }

    /// <summary>A picture of the bits: 0 dark, 1 light.</summary>
    public static float[] Blocks(ulong bits)
    {
        const int Cell = ILooks.Side / 8;
        return [.. Enumerable.Range(0, ILooks.Side * ILooks.Side).Select(i => ((bits >> ((i / ILooks.Side / Cell * 8) + (i % ILooks.Side / Cell))) & 1) == 1 ? 200f : 50f)];
    }

    /// <summary>Noise 0..255.</summary>
    public static float[] Noise(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, ILooks.Side * ILooks.Side).Select(_ => random.NextSingle() * 255)];
    }

    /// <summary>A share of one picture and the rest of another.</summary>
    public static float[] Mixed(float[] a, float[] b, float shareOfB) => [.. a.Zip(b, (x, y) => x + ((y - x) * shareOfB))];
}
