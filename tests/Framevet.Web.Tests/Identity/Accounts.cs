using System.Text.RegularExpressions;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Identity;

/// <summary>What people do with accounts, through the pages.</summary>
internal static partial class Accounts
{
    /// <summary>Posts the sign-in form; where it leads.</summary>
    public static async Task<string> LoginAsync(this HttpClient client, string name, string password, CancellationToken ct)
    {
        using var answer = await AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.Login, new() { ["name"] = name, ["password"] = password }, ct);
        return answer.Headers.Location?.ToString() ?? answer.StatusCode.ToString();
    }

    /// <summary>Posts the form of the second step; where it leads.</summary>
    public static async Task<string> CodeAsync(this HttpClient client, string code, CancellationToken ct)
    {
        using var answer = await AppHost.PostFormAsync(client, WebPaths.Code, WebPaths.Code, new() { ["code"] = code }, ct);
        return answer.Headers.Location?.ToString() ?? answer.StatusCode.ToString();
    }

    /// <summary>Posts a form of the page of the second step; the fault that comes back, or null.</summary>
    public static async Task<string?> TwoStepAsync(this HttpClient client, string form, string code, CancellationToken ct, string password = AppHost.Password)
    {
        using var answer = await AppHost.PostFormAsync(client, WebPaths.TwoStep, form, new() { ["code"] = code, ["current"] = password }, ct);
        var target = answer.Headers.Location!.ToString();
        return target.Contains("error=", StringComparison.Ordinal) ? Uri.UnescapeDataString(target.Split("error=")[1]) : null;
    }

    /// <summary>The secret that the page shows while the second step is off.</summary>
    public static async Task<byte[]> SecretAsync(this HttpClient client, CancellationToken ct) =>
        TotpCodes.FromBase32(Secret().Match(await client.GetStringAsync(new Uri(WebPaths.TwoStep, UriKind.Relative), ct)).Groups[1].Value);

    /// <summary>The recovery codes that the page shows now.</summary>
    public static async Task<string[]> RecoveryCodesAsync(this HttpClient client, CancellationToken ct) =>
        [.. RecoveryCode().Matches(await client.GetStringAsync(new Uri(WebPaths.TwoStep, UriKind.Relative), ct)).Select(m => m.Groups[1].Value)];

    /// <summary>Whether the cookie of the client opens the API.</summary>
    public static async Task<bool> IsInAsync(this HttpClient client, CancellationToken ct)
    {
        using var answer = await client.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), ct);
        return answer.IsSuccessStatusCode;
    }

    [GeneratedRegex("data-testid=\"two-step-secret\"[^>]*>([A-Z2-7 ]+)<")]
    private static partial Regex Secret();

    [GeneratedRegex("<code[^>]*>([2-9a-z]{5}(?:-[2-9a-z]{5}){4})<")]
    private static partial Regex RecoveryCode();
}
