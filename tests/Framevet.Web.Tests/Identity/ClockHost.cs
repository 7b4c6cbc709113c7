using System.Collections.Immutable;
using System.Net;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Web.Tests.Identity;

/// <summary>A server whose clock the test moves, and whose callers say in <see cref="Address"/> from where they connect.</summary>
public class ClockHost : AppHost
{
    /// <summary>Request header with the address of the connection.</summary>
    public const string Address = "X-Test-Connection";

    /// <summary>The clock.</summary>
    public StandingClock Clock { get; } = new();

    protected override ImmutableDictionary<string, string> Settings => base.Settings.Add("Framevet:SignIn:LockMinutes", "5");

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureServices(services =>
        {
            services.RemoveAll<TimeProvider>();
            services.AddSingleton<TimeProvider>(Clock);
            services.AddSingleton<IStartupFilter, ConnectionAddress>();
        });
    }

    private sealed class ConnectionAddress : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, go) =>
            {
                http.Connection.RemoteIpAddress = IPAddress.Parse(http.Request.Headers[Address].FirstOrDefault() ?? "127.0.0.1");
                return go(http);
            });
            next(app);
        };
    }
}

/// <summary>A clock that stands still until a test moves it. Timers go on in real time: months pass without all that a server does in them.</summary>
public sealed class StandingClock : TimeProvider
{
    // Today, because clients throw away cookies that their own clock calls old.
    private long _ticks = System.GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Moves it.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
