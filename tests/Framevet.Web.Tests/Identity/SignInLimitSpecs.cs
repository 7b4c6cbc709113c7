using Framevet.Data.Queries;
using Framevet.Data.Tables;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Identity;

/// <summary>How often somebody may guess, from where, and that a restart helps nobody.</summary>
public sealed class SignInLimitSpecs
{
    [Fact]
    public async Task An_address_has_five_tries_a_minute_and_twenty_an_hour_over_restarts()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        var answers = new List<string>();
        await using (var first = Limited(host, "5/min;20/h"))
        {
            using var client = Client(first, "203.0.113.5");
            for (var i = 0; i < 6; i++)
            {
                answers.Add(await client.LoginAsync("nobody", $"wrong {i}", ct));
            }
        }

        await using var second = Limited(host, "5/min;20/h");
        using var same = Client(second, "203.0.113.5");
        using var other = Client(second, "203.0.113.6");
        answers.Take(5).ShouldAllBe(a => a.EndsWith("error=credentials", StringComparison.Ordinal));
        answers[5].ShouldEndWith("error=rate");
        (await same.LoginAsync("nobody", "after a restart", ct)).ShouldEndWith("error=rate");
        (await other.LoginAsync("nobody", "from elsewhere", ct)).ShouldEndWith("error=credentials");

        for (var minute = 0; minute < 3; minute++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(61));
            for (var i = 0; i < 5; i++)
            {
                (await same.LoginAsync("nobody", "slowly", ct)).ShouldEndWith("error=credentials");
            }
        }

        host.Clock.Advance(TimeSpan.FromSeconds(61));
        (await same.LoginAsync("nobody", "the 21st of the hour", ct)).ShouldEndWith("error=rate");
        host.Clock.Advance(TimeSpan.FromHours(1));
        (await same.LoginAsync("nobody", "the next hour", ct)).ShouldEndWith("error=credentials");
    }

    [Fact]
    public async Task A_right_sign_in_uses_nothing_up()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        await using var limited = Limited(host, "2/min");
        await MakeAsync(limited.Services, "right");
        for (var i = 0; i < 5; i++)
        {
            using var client = Client(limited, "203.0.113.5");
            (await client.LoginAsync("right", AppHost.Password, ct)).ShouldBe("/");
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    public async Task Whoever_says_to_be_somebody_else_stays_limited(string header)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        await using var limited = Limited(host, "2/min");
        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            using var client = Client(limited, "203.0.113.5");
            client.DefaultRequestHeaders.TryAddWithoutValidation(header, header == "Forwarded" ? $"for=198.51.100.{i}" : $"198.51.100.{i}");
            answers.Add(await client.LoginAsync("nobody", "wrong", ct));
        }

        answers.Count(a => a.EndsWith("error=rate", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_proxy_that_the_operator_named_is_believed_and_nobody_behind_it()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        await using var limited = Limited(host, "2/min", ("Framevet:TrustedProxies:0", "10.0.0.0/8"));
        async Task<string> TryAsync(string connection, string forwarded)
        {
            using var client = Client(limited, connection);
            client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", forwarded);
            return await client.LoginAsync("nobody", "wrong", ct);
        }

        (await TryAsync("10.0.0.1", "198.51.100.1")).ShouldEndWith("error=credentials");
        (await TryAsync("10.0.0.1", "198.51.100.1")).ShouldEndWith("error=credentials");
        (await TryAsync("10.0.0.1", "198.51.100.1")).ShouldEndWith("error=rate");
        (await TryAsync("10.0.0.1", "198.51.100.2")).ShouldEndWith("error=credentials", customMessage: "another caller behind the proxy");

        // The caller itself wrote the first address; the proxy added the last one.
        (await TryAsync("10.0.0.1", "192.0.2.77, 198.51.100.1")).ShouldEndWith("error=rate");
        (await TryAsync("203.0.113.9", "198.51.100.3")).ShouldEndWith("error=credentials");
        (await TryAsync("203.0.113.9", "198.51.100.4")).ShouldEndWith("error=credentials");
        (await TryAsync("203.0.113.9", "198.51.100.5")).ShouldEndWith("error=rate", customMessage: "no proxy of ours");
    }

    [Theory]
    [InlineData("10.0.0.300")]
    [InlineData("everybody")]
    public void A_proxy_that_is_no_address_stops_the_start(string text) =>
        Should.Throw<Framevet.Web.Hosting.ConfigurationException>(() => Framevet.Web.Hosting.TrustedProxies.Read([text]));

    [Fact]
    public async Task Each_lock_lasts_twice_as_long_and_a_restart_opens_none()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        await using (var first = Limited(host, "1000/min"))
        {
            await MakeAsync(first.Services, "besieged");
            using var client = Client(first, "203.0.113.5");
            await GuessAsync(client, 5, ct);
            (await client.LoginAsync("besieged", AppHost.Password, ct)).ShouldEndWith("error=credentials");
        }

        await using var second = Limited(host, "1000/min");
        using var again = Client(second, "203.0.113.5");
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        (await again.LoginAsync("besieged", AppHost.Password, ct)).ShouldEndWith("error=credentials");
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await GuessAsync(again, 5, ct);
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        (await again.LoginAsync("besieged", AppHost.Password, ct)).ShouldEndWith("error=credentials", customMessage: "the second lock lasts ten minutes");
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        (await again.LoginAsync("besieged", AppHost.Password, ct)).ShouldBe("/");
        (await second.Services.GetRequiredService<AuditQuery>().PageAsync(new AuditFilter(Action: "account.locked"), 0, 10, ct)).Total.ShouldBe(2);
    }

    [Theory]
    [InlineData("known", "wrong password")]
    [InlineData("unknown", "wrong password")]
    [InlineData("locked", AppHost.Password)]
    [InlineData("closed", AppHost.Password)]
    public async Task Every_refusal_is_the_same_answer_and_the_same_work(string name, string password)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        var hasher = new CountingHasher();
        await using var counted = host.WithWebHostBuilder(b => b.UseSetting("Framevet:SignIn:Rate", "1000/min").ConfigureTestServices(s => s.AddSingleton<IPasswordHasher<FramevetUser>>(hasher)));
        foreach (var known in new[] { "known", "locked", "closed" })
        {
            await MakeAsync(counted.Services, known);
        }

        await CloseAsync(counted.Services, "closed");
        using var client = Client(counted, "203.0.113.5");
        for (var i = 0; i < 5; i++)
        {
            await client.LoginAsync("locked", "wrong", ct);
        }

        hasher.Forget();
        var answer = await client.LoginAsync(name, password, ct);

        answer.ShouldBe($"{WebPaths.Login}?error=credentials");
        hasher.Checked.ShouldBe(1);
        hasher.Made.ShouldBe(0);
    }

    [Fact]
    public async Task Sign_ins_are_logged_whether_they_succeed_or_not()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        var log = new KeptLog();
        await using var logged = host.WithWebHostBuilder(b => b.UseSetting("Logging:LogLevel:Framevet.Web.Identity", "Information").ConfigureTestServices(s => s.AddSingleton<ILoggerProvider>(log)));
        await MakeAsync(logged.Services, "logged");
        using var client = Client(logged, "203.0.113.5");

        await client.LoginAsync("logged", "a wrong password", ct);
        await client.LoginAsync("logged", AppHost.Password, ct);

        log.Lines.ShouldContain(l => l.Contains("wrong", StringComparison.Ordinal) && l.Contains("account/", StringComparison.Ordinal));
        log.Lines.ShouldContain(l => l.Contains("signed in by password from 203.0.113.5", StringComparison.Ordinal));
        log.Lines.ShouldAllBe(l => !l.Contains(AppHost.Password, StringComparison.Ordinal) && !l.Contains("a wrong password", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task Whoever_is_refused_something_is_logged_without_what_they_typed()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        var log = new KeptLog();
        await using var logged = host.WithWebHostBuilder(b => b.UseSetting("Logging:LogLevel:Framevet.Web.Identity", "Warning").ConfigureTestServices(s => s.AddSingleton<ILoggerProvider>(log)));
        await MakeAsync(logged.Services, "curious");
        using var client = Client(logged, "203.0.113.5");
        await client.LoginAsync("curious", AppHost.Password, ct);

        using var noRight = await client.GetAsync(new Uri("/api/v1/review?text=typed-secret", UriKind.Relative), ct);
        using var noToken = await client.DeleteAsync(new Uri($"{WebPaths.Api}/account/sessions?typed-secret", UriKind.Relative), ct);
        using var stranger = Client(logged, "203.0.113.6");
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "fv_typed-secret");
        using var noKey = await stranger.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), ct);

        ((int)noRight.StatusCode, (int)noToken.StatusCode, (int)noKey.StatusCode).ShouldBe((403, 400, 401));
        log.Lines.ShouldContain(l => l.Contains("Refused: GET", StringComparison.Ordinal) && l.Contains("no right", StringComparison.Ordinal) && l.Contains("from 203.0.113.5", StringComparison.Ordinal));
        log.Lines.ShouldContain(l => l.Contains("Refused: DELETE", StringComparison.Ordinal) && l.Contains("no token of our pages", StringComparison.Ordinal));
        log.Lines.ShouldContain(l => l.Contains("no valid key; account nobody from 203.0.113.6", StringComparison.Ordinal));
        log.Lines.Where(l => l.StartsWith("Refused", StringComparison.Ordinal)).ShouldAllBe(l => !l.Contains("typed-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("203.0.113.5", "address/203.0.113.5")]
    [InlineData("::ffff:203.0.113.5", "address/203.0.113.5")]
    [InlineData("2001:db8:1:2:3:4:5:6", "address/2001:db8:1:2::/64")]
    public void A_customer_of_IPv6_is_one_however_many_addresses_there_are(string address, string who) =>
        SignInRate.Who(System.Net.IPAddress.Parse(address)).ShouldBe(who);

    [Theory]
    [InlineData("5/year")]
    [InlineData("many")]
    [InlineData("0/s")]
    public void A_limit_that_cannot_be_read_is_refused(string text) => Should.Throw<Framevet.Web.Hosting.ConfigurationException>(() => SignInRate.Parse(text));

    private static async Task GuessAsync(HttpClient client, int times, CancellationToken ct)
    {
        for (var i = 0; i < times; i++)
        {
            (await client.LoginAsync("besieged", "wrong", ct)).ShouldEndWith("error=credentials");
        }
    }

    private static WebApplicationFactory<Program> Limited(ClockHost host, string rate, params (string Key, string Value)[] more) => host.WithWebHostBuilder(b =>
    {
        // The older option of all other tests must not win.
        b.UseSetting("Framevet:SignIn:AttemptsPerMinute", "").UseSetting("Framevet:SignIn:Rate", rate);
        more.ToList().ForEach(m => b.UseSetting(m.Key, m.Value));
    });

    private static HttpClient Client(WebApplicationFactory<Program> host, string address)
    {
        var client = host.CreateClient(new() { AllowAutoRedirect = false });
        client.DefaultRequestHeaders.Add(ClockHost.Address, address);
        return client;
    }

    private static async Task MakeAsync(IServiceProvider services, string name)
    {
        await using var scope = services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();
        (await users.CreateAsync(new FramevetUser { UserName = name, CreatedAt = TimeProvider.System.GetUtcNow() }, AppHost.Password)).Succeeded.ShouldBeTrue();
    }

    private static async Task CloseAsync(IServiceProvider services, string name)
    {
        await using var scope = services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();
        var user = (await users.FindByNameAsync(name))!;
        user.IsActive = false;
        (await users.UpdateAsync(user)).Succeeded.ShouldBeTrue();
    }

    private sealed class CountingHasher : PasswordHasher<FramevetUser>
    {
        private int _checked;
        private int _made;

        public int Checked => _checked;

        public int Made => _made;

        public void Forget() => (_checked, _made) = (0, 0);

        public override string HashPassword(FramevetUser user, string password)
        {
            Interlocked.Increment(ref _made);
            return base.HashPassword(user, password);
        }

        public override PasswordVerificationResult VerifyHashedPassword(FramevetUser user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref _checked);
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
