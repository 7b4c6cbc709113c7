using Framevet.Data.Tables;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>An account that was deactivated cannot sign in.</summary>
internal sealed class ActiveAccounts : IUserConfirmation<FramevetUser>
{
    public Task<bool> IsConfirmedAsync(UserManager<FramevetUser> manager, FramevetUser user) => Task.FromResult(user.IsActive);
}
