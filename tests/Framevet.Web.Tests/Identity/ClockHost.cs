using System.Collections.Immutable;
using System.Net;
using Framevet.TestKit;
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
    public FakeTimeProvider Clock { get; } = Today();

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

    // Clients throw away cookies that their own clock calls old.
    private static FakeTimeProvider Today()
    {
        var clock = new FakeTimeProvider();
        clock.Advance(TimeProvider.System.GetUtcNow() - clock.GetUtcNow());
        return clock;
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
