using System.Net;
using System.Security.Cryptography;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>Tries again what a service refused for the moment. Pauses double from try to try, each a random share of its length ("full jitter"), so that many workers do not come back together.</summary>
internal static class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Whether a status asks for another try by itself.</summary>
    public static bool IsPassing(HttpStatusCode status) => status == HttpStatusCode.TooManyRequests || (int)status is 500 or 502 or 503 or 504;

    /// <summary>Waits before the next try; <paramref name="attempt"/> from 1; a service that names a time is given it.</summary>
    public static Task PauseAsync(int attempt, TimeSpan? asked, TimeProvider time, CancellationToken ct)
    {
        var most = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempt - 1, 10)));
        var pause = most * (RandomNumberGenerator.GetInt32(1, 1001) / 1000.0);
        return Task.Delay(asked is { } wanted && wanted > pause && wanted <= Longest ? wanted : pause, time, ct);
    }
}
