using System.Collections.Immutable;

namespace Framevet.Pipeline.Outbound;

/// <summary>Bounds of one request through the door. Put on a request with <see cref="OutboundRequests.Limit"/>.</summary>
public sealed record OutboundLimits
{
    /// <summary>What counts where a request brings no limits: an answer of at most 4 MiB within a minute, of any type.</summary>
    public static OutboundLimits Default { get; } = new();

    /// <summary>Most bytes of the body.</summary>
    public long MaxBytes { get; init; } = 4 << 20;

    /// <summary>Longest time of the whole request with its redirects and its body.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Media types taken, e.g. <c>video/*</c>, <c>application/json</c>; empty = any. A missing type counts as <c>application/octet-stream</c>.</summary>
    public ImmutableArray<string> ContentTypes { get; init; } = [];

    /// <summary>Most redirects; null = as configured. 0 for what goes to one place only, e.g. a webhook.</summary>
    public int? MaxRedirects { get; init; }

    internal bool Takes(string type) => ContentTypes.IsDefaultOrEmpty || ContentTypes.Any(t =>
        t.EndsWith("/*", StringComparison.Ordinal) ? type.StartsWith(t[..^1], StringComparison.OrdinalIgnoreCase) : type.Equals(t, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Limits on requests.</summary>
public static class OutboundRequests
{
    private static readonly HttpRequestOptionsKey<OutboundLimits> Key = new("framevet.limits");

    /// <summary>Bounds this request; returns it.</summary>
    public static HttpRequestMessage Limit(this HttpRequestMessage request, OutboundLimits limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(Key, limits);
        return request;
    }

    internal static OutboundLimits Limits(this HttpRequestMessage request) => request.Options.TryGetValue(Key, out var limits) ? limits : OutboundLimits.Default;
}
