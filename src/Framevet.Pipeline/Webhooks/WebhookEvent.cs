using System.Collections.Immutable;
using System.Text.Json;

namespace Framevet.Pipeline.Webhooks;

/// <summary>Kinds of news that go out. Names are an API.</summary>
public static class WebhookKinds
{
    /// <summary>The machines' word on a file, once it has one.</summary>
    public const string Verdict = "verdict";

    /// <summary>A person's final word on a review item, once it can no longer be taken back.</summary>
    public const string Decision = "decision";

    /// <summary>A review item has used 75 % of the time that it may wait.</summary>
    public const string SlaWarning = "sla.warning";

    /// <summary>A review item has waited as long as it may.</summary>
    public const string SlaBreached = "sla.breached";

    /// <summary>Sent by hand to see whether an address works.</summary>
    public const string Test = "test";

    /// <summary>All that an address can ask for.</summary>
    public static ImmutableArray<string> All { get; } = [Verdict, Decision, SlaWarning, SlaBreached];
}

/// <summary>
/// One piece of news. <paramref name="Id"/> makes it unique: the same one is stored and sent once however often it is put in, e.g. <c>verdict/{run}/{revision}</c>.
/// </summary>
public sealed record WebhookEvent(string Id, string Kind, DateTimeOffset At, JsonElement Data)
{
    /// <summary>An event with this content.</summary>
    public static WebhookEvent Of<T>(string id, string kind, DateTimeOffset at, T data) => new(id, kind, at, JsonSerializer.SerializeToElement(data, PipelineJson.Options));

    /// <summary>An item has waited for <paramref name="share"/> (0.75 or 1) of the time of its queue.</summary>
    public static WebhookEvent Sla(Guid item, Runs.RunId run, string queue, DateTimeOffset since, TimeSpan limit, double share, DateTimeOffset at) => Of(
        share >= 1 ? $"sla.breached/{item:N}" : $"sla.warning/{item:N}", share >= 1 ? WebhookKinds.SlaBreached : WebhookKinds.SlaWarning, at,
        new { item = item.ToString("N"), run, queue, waitingSince = since, limitSeconds = limit.TotalSeconds, share });
}

/// <summary>Where news is put in to be sent: one row for each address that asked for its kind, in the same store as everything else.</summary>
public interface IWebhookOutbox
{
    /// <summary>Stores the news for every active address that wants it; what is there already stays as it is.</summary>
    Task AddAsync(WebhookEvent news, CancellationToken ct);
}
