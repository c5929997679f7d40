// Loaded into a process of 9volt before its own code, and so into those that it makes: types of monitors that end the process they run in.
import '@9volt/monitors/testing/poisonous-types';
