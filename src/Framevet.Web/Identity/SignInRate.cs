using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Framevet.Data.Stores;
using Framevet.Web.Hosting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>How often an address may try to sign in. Kept in the database: a restart gives nobody new tries.</summary>
internal sealed class SignInRate(SignInStore store, IOptions<FramevetOptions> options)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private readonly ImmutableArray<RateWindow> _limits = options.Value.SignIn is { AttemptsPerMinute: { } perMinute }
        ? [new RateWindow(perMinute, TimeSpan.FromMinutes(1))]
        : Parse(options.Value.SignIn.Rate);

    /// <summary>Enters a try of the request's address, or tells how long it has to wait.</summary>
    public Task<SignInTry> TakeAsync(HttpContext http, CancellationToken ct) => store.TakeAsync(Who(http.Connection.RemoteIpAddress), _limits, ct);

    /// <summary>The try was right: it does not count.</summary>
    public Task GiveBackAsync(SignInTry entered, CancellationToken ct) => store.GiveBackAsync(entered.Id, ct);

    /// <summary>Windows such as <c>1/s;5/min;20/h</c>.</summary>
    /// <exception cref="ConfigurationException">Not of this form.</exception>
    public static ImmutableArray<RateWindow> Parse(string text) =>
        [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
        {
            var halves = part.Split('/', 2, StringSplitOptions.TrimEntries);
            var window = (halves.Length == 2 ? halves[1] : "") switch
            {
                "s" => TimeSpan.FromSeconds(1),
                "min" => TimeSpan.FromMinutes(1),
                "h" => TimeSpan.FromHours(1),
                "d" => Longest,
                _ => TimeSpan.Zero,
            };
            return window > TimeSpan.Zero && int.TryParse(halves[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
                ? new RateWindow(count, window)
                : throw new ConfigurationException($"Framevet:SignIn:Rate: '{part}' is no limit such as 5/min; units are s, min, h and d.");
        })];

    /// <summary>One machine, as far as one can tell: an IPv4 address, or the /64 network that a customer usually has of IPv6.</summary>
    internal static string Who(IPAddress? address) => address switch
    {
        null => "address",
        { IsIPv4MappedToIPv6: true } => $"address/{address.MapToIPv4()}",
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"address/{new IPAddress([.. address.GetAddressBytes().Take(8), .. new byte[8]])}/64",
        _ => $"address/{address}",
    };
}

/// <summary>Puts the limit before a route of sign-in.</summary>
internal static class SignInRateFilter
{
    /// <summary>Key under which the route finds its try in <see cref="HttpContext.Items"/>, to give it back.</summary>
    private static readonly object Entered = new();

    /// <summary>Refuses when the address has tried too often: with the page's own sentence on <paramref name="page"/>.</summary>
    public static RouteHandlerBuilder LimitSignIn(this RouteHandlerBuilder route, string page) => route.AddEndpointFilter(async (invocation, next) =>
    {
        var http = invocation.HttpContext;
        var entered = await http.RequestServices.GetRequiredService<SignInRate>().TakeAsync(http, http.RequestAborted);
        if (entered.Wait > TimeSpan.Zero)
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(entered.Wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return TypedResults.LocalRedirect($"{page}?error=rate");
        }

        http.Items[Entered] = entered;
        return await next(invocation);
    });

    /// <summary>The request's try was right.</summary>
    public static Task GiveTryBackAsync(this HttpContext http) =>
        http.Items[Entered] is SignInTry entered ? http.RequestServices.GetRequiredService<SignInRate>().GiveBackAsync(entered, CancellationToken.None) : Task.CompletedTask;
}
