using Framevet.Web.Identity;
using Microsoft.AspNetCore.SignalR;

namespace Framevet.Web.Live;

/// <summary>Cuts the hub's connections of a session that ends.</summary>
internal sealed class SessionEnds(SessionDesk sessions) : IHubFilter
{
    private static readonly object Watch = new();

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.Context.User?.SessionId() is { } session)
        {
            context.Context.Items[Watch] = sessions.Watch(session, context.Context.Abort);
        }

        await next(context);
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        (context.Context.Items.TryGetValue(Watch, out var watch) ? watch as IDisposable : null)?.Dispose();
        await next(context, exception);
    }
}
