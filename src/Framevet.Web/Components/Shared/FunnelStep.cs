using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Components.Shared;

/// <summary>
/// One stage of the funnel as it is drawn. <paramref name="Share"/> 0..1 of the sampled frames (of the decoded ones while nothing is sampled);
/// decoded frames fill their bar, since sampling leaves most of them out on purpose. Null count = the stage was not reached.
/// </summary>
public sealed record FunnelStep(string Name, long? Count, double Share, string Tone)
{
    /// <summary>The six stages in order.</summary>
    public static ImmutableArray<FunnelStep> Of(Funnel funnel)
    {
        var whole = Math.Max(1, funnel.Sampled);
        long? Reached(long count) => funnel.Decoded == 0 ? null : count;
        FunnelStep Part(string name, long count, string tone) => new(name, Reached(count), Math.Clamp((double)count / whole, 0, 1), tone);

        return
        [
            new("Decoded", Reached(funnel.Decoded), funnel.Decoded > 0 ? 1 : 0, "unknown"),
            Part("Sampled", funnel.Sampled, "live"),
            Part("Passed gates", funnel.PassedGates, "live"),
            Part("Allowed", funnel.Allowed, "allow"),
            Part("Picked", funnel.Selected, "pick"),
            Part("Exported", funnel.Exported, "pick"),
        ];
    }
}
