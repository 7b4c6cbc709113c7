using Framevet.Pipeline.Decode;

namespace Framevet.Pipeline.Runs;

/// <summary>What the decoder is asked to deliver for the parts of a run.</summary>
internal static class RunReading
{
    /// <summary>The sampler's plan; where there is a scene detector, every frame, since it has to see those between, too.</summary>
    public static DecodePlan Of(RunParts parts, DecodePlan plan) =>
        parts.Scenes is null ? plan : new DecodePlan.EveryFrame { Within = plan.Within, StartsFast = plan.StartsFast };
}
