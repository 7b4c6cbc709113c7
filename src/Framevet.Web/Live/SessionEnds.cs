using Framevet.Web.Identity;
using Microsoft.AspNetCore.SignalR;

namespace Framevet.Web.Live;

/// <summary>
/// Cuts the connections of a session that ends: those of the hub at once, those of pages after they had time to go to the sign-in by themselves, which
/// <see cref="LiveAuthState"/> tells them.
/// </summary>
internal sealed class SessionEnds(SessionDesk sessions, TimeProvider time) : IHubFilter
{
    private static readonly object Watch = new();
    private static readonly object Cut = new();
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.Context.User?.SessionId() is { } session)
        {
            var connection = context.Context;
            connection.Items[Watch] = sessions.Watch(session, context.Hub is RunHub
                ? connection.Abort
                : () => connection.Items[Cut] = time.CreateTimer(_ => connection.Abort(), null, Farewell, Timeout.InfiniteTimeSpan));
        }

        await next(context);
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        foreach (var key in new[] { Watch, Cut })
        {
            (context.Context.Items.TryGetValue(key, out var held) ? held as IDisposable : null)?.Dispose();
        }

        await next(context, exception);
    }
}
