using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Components.Authorization;

namespace Framevet.Web.Identity;

/// <summary>
/// Who looks at a page: for components, static or in a circuit. Routes and hub methods read their principal with
/// <see cref="ActorClaims.ToActor"/> instead. Scoped.
/// </summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication)
{
    /// <summary>The actor now; an account without rights when nobody is signed in.</summary>
    public async Task<Actor> GetAsync() => (await authentication.GetAuthenticationStateAsync()).User.ToActor();
}
