using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Framevet.Pipeline.Outbound;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Webhooks;

/// <summary>
/// Sends what is due. Attempts are repeated for 24 hours, with pauses that double from ten seconds to an hour and vary by half; then the delivery is given up. No redirects are followed,
/// and only public addresses are reached. Delivery is at least once: a receiver tells repetitions by the event's id. One caller at a time.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    private const int AtOnce = 20;
    private const int MaxError = 300;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>How long a delivery is tried.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    private static readonly string[] Loopback = ["127.0.0.0/8", "::1/128"];

    private readonly IWebhookStore _store;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>A sender with its own connections.</summary>
    public WebhookSender(IWebhookStore store, IOptions<WebhookOptions> options, OutboundWall wall, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(wall);
        (_store, _time) = (store, time);
        _client = new HttpClient(wall.ForAdmins(options.Value.AllowLoopback ? Loopback : []).Transport(redirects: 0))
        {
            Timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds),
            MaxResponseContentBufferSize = 64 << 10,
        };
    }

    /// <summary>Sends everything that is due now; answers how many attempts were made.</summary>
    public async Task<int> SendDueAsync(CancellationToken ct)
    {
        var targets = (await _store.TargetsAsync(ct).ConfigureAwait(false)).ToDictionary(t => t.Id);
        for (var sent = 0; ; )
        {
            var due = await _store.TakeDueAsync(_time.GetUtcNow(), Lease, AtOnce, ct).ConfigureAwait(false);
            foreach (var delivery in due)
            {
                if (targets.TryGetValue(delivery.Target, out var target))
                {
                    await SendAsync(delivery, target, ct).ConfigureAwait(false);
                    sent++;
                }
            }

            if (due.Length < AtOnce)
            {
                return sent;
            }
        }
    }

    /// <summary>When a delivery is tried next; null = no more. <paramref name="attempts"/> so far, at least 1; <paramref name="random01"/> spreads them.</summary>
    public static DateTimeOffset? NextAttempt(DateTimeOffset firstDue, DateTimeOffset now, int attempts, double random01)
    {
        var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempts - 1, 20)));
        var next = now + (pause * (0.5 + random01));
        return next - firstDue > GiveUpAfter ? null : next;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task SendAsync(WebhookDelivery delivery, WebhookTarget target, CancellationToken ct)
    {
        var (status, error) = await PostAsync(delivery, target, ct).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        if (status is >= 200 and < 300)
        {
            await _store.CloseAsync(delivery.Id, WebhookState.Delivered, status, null, null, now, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var next = NextAttempt(delivery.FirstDueAt, now, delivery.Attempts + 1, RandomNumberGenerator.GetInt32(0, 1_000_001) / 1_000_000.0);
        await _store.CloseAsync(delivery.Id, next is null ? WebhookState.Failed : WebhookState.Waiting, status, error, next, now, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<(int? Status, string? Error)> PostAsync(WebhookDelivery delivery, WebhookTarget target, CancellationToken ct)
    {
        if (target.Secret is not { } secret)
        {
            return (null, "The secret cannot be read with the keys of this server; remove the address and add it again.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, target.Address) { Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Sign(delivery.Body, secret, _time.GetUtcNow()));
        request.Headers.TryAddWithoutValidation("Framevet-Event", delivery.Kind);
        request.Headers.TryAddWithoutValidation("Framevet-Delivery", delivery.Id.ToString(CultureInfo.InvariantCulture));
        request.Headers.UserAgent.ParseAdd("Framevet");
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            return ((int)answer.StatusCode, $"The address answered {(int)answer.StatusCode}.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, "The address did not answer in time.");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or System.Net.Sockets.SocketException)
        {
            return (null, trouble.Message.Length > MaxError ? trouble.Message[..MaxError] : trouble.Message);
        }
    }
}
