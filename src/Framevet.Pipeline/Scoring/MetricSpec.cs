namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Identity card of one score. <paramref name="Id"/> kebab-case and never reused; <paramref name="Min"/>..<paramref name="Max"/> the range a
/// finite value lies in; <paramref name="Unit"/> e.g. <c>%</c> or <c>bit</c>, empty when none; <paramref name="Source"/> paper, section or formula.
/// </summary>
public sealed record MetricSpec(string Id, string Title, double Min, double Max, bool HigherIsBetter, string Unit, string Source);
