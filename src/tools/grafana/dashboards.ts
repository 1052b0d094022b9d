import { businessDashboard } from './dashboards/business.js';
import { familiesDashboard } from './dashboards/families.js';
import { healthServiceDashboard } from './dashboards/health-service.js';
import { httpDashboard } from './dashboards/http.js';
import { modelsDashboard } from './dashboards/models.js';
import { overviewDashboard } from './dashboards/overview.js';
import { providersDashboard } from './dashboards/providers.js';
import { thisServiceDashboard } from './dashboards/this-service.js';
import type { DashboardSpec } from './panels/panel.js';
import type { Queries } from './queries/queries.js';
import type { Objectives } from './rules/service-level-objectives.js';

/** All dashboards, in reading order. */
export function dashboardSpecs(
  queries: Queries,
  serviceQueries: Queries,
  objectives: Objectives,
): readonly DashboardSpec[] {
  return [
    overviewDashboard(queries, objectives),
    httpDashboard(queries),
    providersDashboard(queries),
    modelsDashboard(queries),
    businessDashboard(queries),
    healthServiceDashboard(serviceQueries),
    thisServiceDashboard(serviceQueries),
    familiesDashboard(queries),
  ];
}
