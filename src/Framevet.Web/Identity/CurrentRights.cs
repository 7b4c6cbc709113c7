using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>What an account may do now, for work that goes on after its request. Thread-safe.</summary>
internal sealed class CurrentRights(IServiceScopeFactory scopes)
{
    /// <summary>The account as an actor; null when it is gone or closed.</summary>
    public async Task<Actor?> FindAsync(string id, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (id == Actor.System.Id)
        {
            return Actor.System;
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();
        return await users.FindByIdAsync(id) is { IsActive: true } user ? new Actor(user.Id, user.UserName ?? user.Id, Roles.RightsOf(await users.GetRolesAsync(user))) : null;
    }
}
