namespace Framevet.Pipeline.Moderation;

/// <summary>
/// What one backend saw. <paramref name="Label"/>: id in our taxonomy; <paramref name="Confidence"/> 0..1;
/// <paramref name="ModelVersion"/> is stored with every decision.
/// </summary>
public sealed record Finding(string Label, double Confidence, string Backend, string ModelVersion);
