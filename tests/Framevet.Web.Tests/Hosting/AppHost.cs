using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>The whole server in process, on real database files in a folder of its own.</summary>
public class AppHost : WebApplicationFactory<Program>
{
    /// <summary>Password of every account that <see cref="SignInAsync"/> makes.</summary>
    public const string Password = "a long enough secret";

    private readonly TemporaryFolder _folder = new();

    /// <summary>The data folder.</summary>
    public virtual string Folder => _folder.Path;

    /// <summary>Settings beside the usual ones of tests.</summary>
    protected virtual ImmutableDictionary<string, string> Settings => ImmutableDictionary<string, string>.Empty;

    /// <summary>A client that keeps cookies and follows no redirect.</summary>
    public HttpClient Anonymous() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    /// <summary>Makes an account of these roles.</summary>
    public async Task<FramevetUser> CreateUserAsync(string name, params string[] roles)
    {
        await using var scope = Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();
        var user = new FramevetUser { UserName = name, CreatedAt = TimeProvider.System.GetUtcNow(), LockoutEnabled = true };
        (await users.CreateAsync(user, Password)).Succeeded.ShouldBeTrue();
        (await users.AddToRolesAsync(user, roles)).Succeeded.ShouldBeTrue();
        return user;
    }

    /// <summary>Makes an account and signs it in through the form; unsafe calls carry the token that pages send.</summary>
    public async Task<HttpClient> SignInAsync(string name, string[] roles, CancellationToken ct)
    {
        await CreateUserAsync(name, roles);
        var client = Anonymous();
        using var answer = await PostFormAsync(client, WebPaths.Login, WebPaths.Login, new() { ["name"] = name, ["password"] = Password }, ct);
        answer.Headers.Location!.ToString().ShouldBe("/");
        await TakeCsrfTokenAsync(client, ct);
        return client;
    }

    /// <summary>Makes an account with an API key of these scopes.</summary>
    public async Task<HttpClient> KeyClientAsync(string name, string[] roles, string[] scopes, CancellationToken ct)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await KeyAsync(name, roles, scopes, ct));
        return client;
    }

    /// <summary>Makes an account with an API key of these scopes; the key's text.</summary>
    public async Task<string> KeyAsync(string name, string[] roles, string[] scopes, CancellationToken ct)
    {
        var user = await CreateUserAsync(name, roles);
        var actor = new Actor(user.Id, name, Roles.RightsOf(roles));
        return (await Services.GetRequiredService<ApiKeyDesk>().CreateAsync("test", [.. scopes], null, actor, ct)).Secret;
    }

    /// <summary>Gets a page with a form and posts the form as a browser would.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(HttpClient client, string page, string target, Dictionary<string, string> fields, CancellationToken ct)
    {
        var html = await client.GetStringAsync(new Uri(page, UriKind.Relative), ct);
        var token = Regex.Match(html, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"");
        token.Success.ShouldBeTrue($"{page} has no antiforgery token");
        fields["__RequestVerificationToken"] = token.Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields);
        return await client.PostAsync(new Uri(target, UriKind.Relative), form, ct);
    }

    /// <summary>Sends the token of unsafe calls from now on.</summary>
    public static async Task TakeCsrfTokenAsync(HttpClient client, CancellationToken ct)
    {
        var token = await client.GetJsonAsync<Web.Api.CsrfBody>(WebPaths.CsrfToken, ct);
        client.DefaultRequestHeaders.Add(WebPaths.CsrfHeader, token.Token);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (Folder == _folder.Path && !Settings.ContainsKey("Data:Provider"))
        {
            MigratedFile.CopyTo(Folder);
        }

        builder.UseSetting("Framevet:DataFolder", Folder);
        builder.UseSetting("Framevet:Demo:Enabled", "false");

        // Whatever the disk of the machine that tests.
        builder.UseSetting("Storage:ReservePercent", "0");
        builder.UseSetting("Storage:ReserveMegabytes", "64");

        // Tests decide the same clip again and again.
        builder.UseSetting("Moderation:ReuseDecisions", "false");
        builder.UseSetting("Framevet:SignIn:AttemptsPerMinute", "10000");
        foreach (var limit in new[] { "UserPerMinute", "KeyPerMinute", "AddressPerMinute" })
        {
            builder.UseSetting($"Framevet:ApiLimits:{limit}", "1000000");
        }

        builder.UseSetting("Logging:LogLevel:Default", "Error");
        builder.UseSetting("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Error");
        builder.UseSetting("Logging:LogLevel:Microsoft.AspNetCore", "Error");
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
